using System.Globalization;
using Hooke.Circuits;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>Where in a model a behaviour is carried: the effect of patching every place of one kind.</summary>
public static class PatchStudy
{
    const int DrawnNeurons = 24;

    /// <summary>Patches, or estimates what patching would do.</summary>
    /// <exception cref="InputException">
    /// The prompts' metric is that of their counterfactuals, or a reader does not read the residual stream.
    /// </exception>
    public static PatchAnswer Ask(Model model, PromptSet prompts, PatchQuestion question)
    {
        if (question.Part == PatchedPart.Paths)
            return Paths(model, prompts, question);
        (Site site, Grain grain) = Places(question.Part);
        double[][] values = question.Method == PatchMethod.Patch
            ? Patched(model, prompts, question.Part, site)
            : Estimated(model, prompts, question.Method, site, grain);
        Address At(int layer, int place) => question.Part switch
        {
            PatchedPart.Residual or PatchedPart.Attention or PatchedPart.Mlp => site.At(layer).AtPosition(place),
            PatchedPart.Neurons => site.At(layer).AtNeuron(place),
            _ => site.At(layer).AtHead(place),
        };
        PatchedPlace[] places =
            [.. values.SelectMany((row, layer) => row.Select((v, i) => new PatchedPlace($"{At(layer, i)}", v)))];
        string meaning = Meaning(question.Method);
        return new(meaning, places, question.Part == PatchedPart.Neurons
            ? OfNeurons(places, meaning)
            : Map(question.Part, site, grain, meaning, values, Columns(model, prompts, grain, values[0].Length)),
            Metric(model, prompts, prompts.Clean), Metric(model, prompts, prompts.Counterfactual));
    }

    static double Metric(Model model, PromptSet prompts, TokenBatch of)
    {
        using Run run = model.Run(of, new Plan { LastLogitsOnly = true });
        return prompts.Metric(run).Average();
    }

    static (Site Site, Grain Grain) Places(PatchedPart part) => part switch
    {
        PatchedPart.Residual => (Site.ResidPre, Grain.Position),
        PatchedPart.Attention => (Site.AttnOut, Grain.Position),
        PatchedPart.Mlp => (Site.MlpOut, Grain.Position),
        PatchedPart.Queries => (Site.Q, Grain.Unit),
        PatchedPart.Keys => (Site.K, Grain.Unit),
        PatchedPart.Values => (Site.V, Grain.Unit),
        PatchedPart.Patterns => (Site.Pattern, Grain.Unit),
        PatchedPart.Neurons => (Site.MlpPost, Grain.Unit),
        _ => (Site.Z, Grain.Unit),
    };

    static double[][] Patched(Model model, PromptSet prompts, PatchedPart part, Site site)
    {
        if (part is PatchedPart.Queries or PatchedPart.Keys or PatchedPart.Values)
            return HeadInputs(model, prompts, site);
        using Sweep sweep = new(model, prompts);
        return part switch
        {
            PatchedPart.Residual => sweep.Residual(),
            PatchedPart.Attention => sweep.AttentionOutput(),
            PatchedPart.Mlp => sweep.MlpOutput(),
            PatchedPart.Patterns => sweep.Patterns(),
            PatchedPart.Neurons => [.. Enumerable.Range(0, model.Config.NLayers).Select(sweep.Neurons)],
            _ => sweep.Heads(),
        };
    }

    // Each head's queries, keys or values at all positions: [layer][head].
    static double[][] HeadInputs(Model model, PromptSet prompts, Site site)
    {
        int heads = site == Site.Q ? model.Config.NHeads : model.Config.NKeyValueHeads;
        Address[] whole = [.. Enumerable.Range(0, model.Config.NLayers).Select(layer => site.At(layer))];
        using Run clean = model.Run(prompts.Clean, new Plan { Record = whole, LastLogitsOnly = true });
        using Variants variants = new(
            model, prompts.Counterfactual, new Dictionary<string, Recording> { ["clean"] = clean.Recording }, whole);
        double from = prompts.Metric(variants.Base).Average(), to = prompts.Metric(clean).Average();
        if (from == to)
            throw new InputException(
                "the metric is the same on the prompts and on their counterfactuals: there is nothing to patch");
        return [.. variants.Run(
            [.. whole.SelectMany(at => Enumerable.Range(0, heads).Select(h =>
                (Intervention[])[new Patch(at.AtHead(h), "clean")]))],
            run => (prompts.Metric(run).Average() - from) / (to - from)).Chunk(heads)];
    }

    static double[][] Estimated(Model model, PromptSet prompts, PatchMethod method, Site site, Grain grain)
    {
        using AttributionPatching attribution = new(model, prompts, site);
        return method == PatchMethod.AtpStar
            ? attribution.Corrected(site, grain)
            : attribution.Estimates(site, grain, throughSoftmax: method == PatchMethod.AtpThroughSoftmax);
    }

    static PatchAnswer Paths(Model model, PromptSet prompts, PatchQuestion question)
    {
        if (question.Method != PatchMethod.Patch)
            throw new InputException("paths are patched, not estimated: leave the method out");
        using PathPatching patching = new(model, prompts);
        IReadOnlyDictionary<Node, double> losses = patching.Losses(question.Readers, question.ThroughMlps);
        const string Meaning = "Share of the behaviour that is lost when the readers alone hear the component's counterfactual.";
        int heads = model.Config.NHeads;
        double[][] rows = [.. Enumerable.Range(0, losses.Keys.Max(n => n.Layer) + 1).Select(_ => new double[heads + 2])];
        foreach ((Node node, double loss) in losses)
            rows[node.Layer][node.Kind switch
            {
                ComponentKind.Head => node.Head,
                ComponentKind.Mlp => heads,
                _ => heads + 1,
            }] = loss;
        return new(Meaning, [.. losses.Select(l => new PatchedPlace($"{l.Key}", l.Value))], new Heatmap(
            $"paths to {string.Join(", ", question.Readers)}", question.ThroughMlps ? "direct and through MLPs" : "direct",
            Meaning, "layer", "component", Numbers(rows.Length), [.. Numbers(heads), "mlp", "input"], rows),
            Metric(model, prompts, prompts.Clean), Metric(model, prompts, prompts.Counterfactual));
    }

    static Heatmap Map(
        PatchedPart part, Site site, Grain grain, string meaning, double[][] values, IReadOnlyList<string> columns) => new(
            Evidence.Words.FromName($"{part}"), site.Name.Replace("{}", "{layer}", StringComparison.Ordinal), meaning,
            "layer", grain == Grain.Position ? "position" : "head", Numbers(values.Length), columns, values);

    // Only the neurons with the largest effects have room.
    static Heatmap OfNeurons(PatchedPlace[] places, string meaning)
    {
        PatchedPlace[] drawn = [.. places.OrderByDescending(p => Math.Abs(p.Value)).Take(DrawnNeurons)];
        return new("neurons", "blocks.{layer}.mlp.hook_post", meaning, "effect of", "neuron", ["all positions"],
            [.. drawn.Select(p => Short(Address.Parse(p.Place)))], [[.. drawn.Select(p => p.Value)]]);
    }

    static string Short(Address neuron) => string.Create(CultureInfo.InvariantCulture, $"{neuron.Layer}.{neuron.Neuron}");

    // Tokens, where there is one prompt to name them.
    static string[] Columns(Model model, PromptSet prompts, Grain grain, int count) =>
        grain == Grain.Position && prompts.Count == 1 && model.HasTokenizer
            ? [.. prompts.Clean.Prompt(0).ToArray().Select(model.Tokenizer.TokenText)]
            : Numbers(count);

    static string Meaning(PatchMethod method) => method switch
    {
        PatchMethod.Patch =>
            "Share of the difference that the counterfactual run gets back when it has the clean run's value there.",
        PatchMethod.Atp =>
            "Estimate, by one gradient, of the share that the counterfactual run gets back with the clean run's value there.",
        PatchMethod.AtpThroughSoftmax =>
            "Estimate, by one gradient and with queries and keys moved through the softmax, of the share that the counterfactual "
            + "run gets back with the clean run's value there.",
        _ =>
            "Estimate without sign, by corrected gradients, of how much of the difference the clean run's value there moves.",
    };

    static string[] Numbers(int count) =>
        [.. Enumerable.Range(0, count).Select(i => i.ToString(CultureInfo.InvariantCulture))];
}
