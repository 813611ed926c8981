using Hooke.Circuits;
using Hooke.Dictionaries;
using Hooke.Evidence;
using Hooke.Models;

namespace Hooke.Studies;

/// <summary>Traces one prompt of an investigation through the transcoders beside the model, and tries every edge.</summary>
sealed class LatentCircuit
{
    const int MostNodes = 44;
    const int MostLinks = 110;

    LatentCircuit(DossierLatents latents, TraceStudy study) => (Latents, Study) = (latents, study);

    /// <summary>What the dossier says of it.</summary>
    public DossierLatents Latents { get; }

    /// <summary>The graph with its page.</summary>
    public TraceStudy Study { get; }

    /// <summary>Where a model's cross-layer transcoder lies, or null where it has none.</summary>
    public static string? FolderOf(string modelFolder) =>
        Path.Combine(modelFolder, "dictionaries", "clt") is var folder && Directory.Exists(folder) ? folder : null;

    /// <summary>Traces a prompt.</summary>
    /// <exception cref="Tensors.InputException">The transcoders are of another model, or nothing can be traced.</exception>
    public static LatentCircuit Of(Model model, string modelFolder, string transcoders, string prompt, ulong seed)
    {
        using CoderSet coders = CoderSet.Load(transcoders);
        using LocalReplacement replacement = new(model, coders, model.Tokenizer.Encode(prompt));
        AttributionGraph graph = Tracer.Trace(replacement, new TraceRequest { Targets = TraceTarget.Likeliest(replacement) });
        TraceStudy study = TraceStudy.Of(replacement, graph, new TraceStudyAbout
        {
            Scan = $"{NameOf(modelFolder)}/{NameOf(transcoders)}",
            Prompt = prompt,
            World = File.Exists(Path.Combine(modelFolder, "world.json")) ? TinyworldFolder.LoadWorld(modelFolder) : null,
        });
        AttributionGraph pruned = study.File.ToGraph();
        TraceValidation validation = TraceValidation.Of(new TranscoderSites(model, coders), pruned, [],
            new ValidatedGraph(modelFolder, transcoders, prompt, seed));
        return new LatentCircuit(Drawn(study.File, pruned, GraphScores.Of(graph), prompt, validation.Finding) with
        {
            Dictionary = $"{coders.Coders[0].Config.Role} of {coders.Coders[0].Config.NLatents} latents a layer, "
                + $"{NameOf(transcoders)}",
            DictionaryIdentity = Identity.OfFolder(transcoders),
        }, study);
    }

    static DossierLatents Drawn(
        GraphFile file, AttributionGraph pruned, GraphScores scores, string prompt, GraphAgreement agreement)
    {
        TraceShown shown = TraceShown.Of(file, pruned, file.Nodes.Count, file.Links.Count);
        int[] nodes = [.. shown.Nodes.Where(i => IsDrawn(file.Nodes[i].Kind))
            .OrderBy(i => file.Nodes[i].Kind == TraceNodeKind.Target ? 0 : 1)
            .ThenBy(i => file.Nodes[i].Influence ?? 2).ThenBy(i => i)
            .Take(MostNodes).Order()];
        Dictionary<int, int> places = nodes.Index().ToDictionary(at => at.Item, at => at.Index);
        string[] targets = [.. file.Nodes.Where(node => node.Kind == TraceNodeKind.Target).Select(node => node.Label)];
        using MemoryStream written = new();
        file.Write(written);
        return new DossierLatents
        {
            Prompt = prompt,
            Dictionary = "",
            DictionaryIdentity = "",
            GraphIdentity = Identity.OfBytes(written.ToArray()),
            Replacement = Finite(scores.Replacement),
            Completeness = Finite(scores.Completeness),
            AllNodes = file.Nodes.Count,
            AllLinks = file.Links.Count,
            Targets = [.. scores.Targets.Select((target, i) => new DossierTarget(targets[i], target.Value, target.Shares.Tokens,
                target.Shares.Latents, target.Shares.Errors, target.Shares.Biases, target.Shares.Remainders))],
            Nodes = [.. nodes.Select(i => Node(file.Nodes[i], pruned.Nodes[i]))],
            Links = [.. file.Links.Where(link => places.ContainsKey(link.Source) && places.ContainsKey(link.Target))
                .OrderByDescending(link => Math.Abs(link.Weight)).ThenBy(link => link.Target).ThenBy(link => link.Source)
                .Take(MostLinks)
                .Select(link => new DossierLatentLink(places[link.Source], places[link.Target], link.Weight))],
            Agreement = agreement,
        };
    }

    static DossierLatentNode Node(GraphFileNode node, TraceNode traced) => new(node.Id, node.Kind.ToString().ToLowerInvariant(),
        traced.Layer, node.Position, node.Label, node.Influence);

    static bool IsDrawn(TraceNodeKind kind) =>
        kind is TraceNodeKind.Token or TraceNodeKind.Latent or TraceNodeKind.Error or TraceNodeKind.Target;

    static double? Finite(double value) => double.IsFinite(value) ? value : null;

    static string NameOf(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(folder));
}
