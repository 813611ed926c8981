using System.Globalization;
using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>Holds a model against another implementation's numbers, all that a reference file has.</summary>
public static class ParityCheck
{
    const int SeedToken = 7;
    const string GradientOf = "grad.", FinalNorm = "final_norm", Continuation = "greedy";

    /// <summary>Runs the reference's prompts and compares what it has, gradients of Σ logits[prompt, −1, 7] too.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The reference; docs/parity.md describes it.</param>
    /// <exception cref="InputException">The file is damaged, or made with another model.</exception>
    public static ParityReport Of(Model model, string path)
    {
        using ReferenceFile reference = new(path);
        Dictionary<string, Address> sites = [];
        List<string> others = [], unknown = [];
        foreach (string name in reference.Names)
            if (SiteOf(name.StartsWith(GradientOf, StringComparison.Ordinal) ? name[GradientOf.Length..] : name, model.Config)
                is { } site)
                sites[name] = site;
            else
                (name is FinalNorm or Continuation ? others : unknown).Add(name);
        if (sites.Count == 0)
            throw new InputException(
                $"{path} has nothing that this model could be compared with: docs/parity.md says what is read");
        List<ParityRow> rows = Compare(model, reference, sites);
        if (others.Contains(FinalNorm))
            rows.Add(CompareFinalNorm(model, reference));
        if (others.Contains(Continuation))
            rows.Add(CompareContinuation(model, reference));
        return new(reference.MadeBy, rows, unknown);
    }

    static List<ParityRow> Compare(Model model, ReferenceFile reference, Dictionary<string, Address> sites)
    {
        Plan plan = new() { Record = [.. sites.Values.Distinct()] };
        if (!sites.Keys.Any(IsGradient))
        {
            using Run alone = model.Run(reference.Tokens, plan);
            return [.. sites.Select(s => reference.Compare(s.Key, alone[s.Value]))];
        }
        if (model.Config.DVocab <= SeedToken)
            throw new InputException(
                $"the reference has gradients of the logit of token {SeedToken}, and this model no such token");
        (Run run, Recording gradients) = model.RunWithGradients(reference.Tokens, plan, Seed);
        using (run)
        using (gradients)
            return [.. sites.Select(s => reference.Compare(s.Key, IsGradient(s.Key) ? gradients[s.Value] : run[s.Value]))];
    }

    static bool IsGradient(string name) => name.StartsWith(GradientOf, StringComparison.Ordinal);

    static Tensor Seed(Run run)
    {
        Tensor seed = Tensor.Zeros(run.Logits.Shape);
        (int positions, int vocabulary) = (run.Logits.Shape[1], run.Logits.Shape[2]);
        for (int b = 0; b < run.Tokens.Count; b++)
            seed.Data[(((b * positions) + positions - 1) * vocabulary) + SeedToken] = 1;
        return seed;
    }

    // Names of transformers' modules, and any site's name; token_embed of models that scale it is not the same in all versions.
    static Address? SiteOf(string name, TransformerConfig config)
    {
        int dot = name.LastIndexOf('.');
        if (dot > 0 && int.TryParse(name[(dot + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int layer))
            return name[..dot] switch
            {
                "resid_post" => Site.ResidPost.At(layer),
                "attn_pattern" => Site.Pattern.At(layer),
                "attn_out" => (config.HasPostNorms ? Site.AttnModuleOut : Site.AttnOut).At(layer),
                "mlp_out" => (config.HasPostNorms ? Site.MlpModuleOut : Site.MlpOut).At(layer),
                _ => null,
            };
        return name switch
        {
            "embed" => Site.ResidPre.At(0),
            "token_embed" => config.EmbeddingScale == 1 ? Site.Embed.At() : null,
            _ => Site.All
                .SelectMany(s => s.IsPerLayer ? Enumerable.Range(0, config.NLayers).Select(l => s.At(l)) : [s.At()])
                .FirstOrDefault(address => address.ToString() == name),
        };
    }

    static ParityRow CompareFinalNorm(Model model, ReferenceFile reference)
    {
        if (!model.Config.HasNorms)
            throw new InputException($"the reference has {FinalNorm}, and this model ({model.Config.Family}) has no norms");
        using Run run = model.Run(reference.Tokens, new Plan { Record = [Site.LnFinalNormalized.At()] });
        using Tensor gain = model.Weights["ln_final.w"].Clone();
        foreach (ref float weight in gain.Data)
            weight += model.Config.NormGainOffset;
        using Tensor scaled = Ops.MultiplyRows(run[Site.LnFinalNormalized.At()], gain);
        if (!model.Config.IsLayerNorm)
            return reference.Compare(FinalNorm, scaled);
        using Tensor moved = Ops.AddRow(scaled, model.Weights["ln_final.b"]);
        return reference.Compare(FinalNorm, moved);
    }

    static ParityRow CompareContinuation(Model model, ReferenceFile reference)
    {
        TokenBatch expected = reference.Sequences(Continuation);
        if (expected.Count != reference.Tokens.Count)
            throw new InputException($"the reference continues {expected.Count} prompts of {reference.Tokens.Count}");
        List<int>[] tokens = [.. Enumerable.Range(0, expected.Count).Select(b => reference.Tokens.Prompt(b).ToArray().ToList())];
        int others = 0;
        for (int step = 0; step < expected.Positions; step++)
        {
            using Run run = model.Run(new TokenBatch(tokens), new Plan { LastLogitsOnly = true });
            for (int b = 0; b < tokens.Length; b++)
            {
                tokens[b].Add(run.Top(1, b)[0].Token);
                others += tokens[b][^1] == expected.Prompt(b)[step] ? 0 : 1;
            }
        }
        return new(Continuation, new(expected.Count, expected.Positions), (double)others / (expected.Count * expected.Positions));
    }
}
