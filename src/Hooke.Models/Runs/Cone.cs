using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>What a variant's interventions can change of the base run.</summary>
/// <param name="Index">Which variant.</param>
/// <param name="Interventions">Its interventions.</param>
/// <param name="FirstLayer">Layers before it stay as they are.</param>
/// <param name="FirstPosition">Positions before it stay as they are; past the last one where nothing changes.</param>
/// <param name="IsAlone">Whether it needs a whole run of its own.</param>
internal sealed record Cone(
    int Index, IReadOnlyList<Intervention> Interventions, int FirstLayer, int FirstPosition, bool IsAlone)
{
    /// <summary>
    /// The layers at which single heads' outputs are changed, and so added up one by one. It rounds otherwise than the
    /// product over all heads, so variants share a batch only with those of the same layers.
    /// </summary>
    public string SplitLayers { get; } = string.Join(
        ' ', Interventions.Where(i => i.At.Site == Site.Result).Select(i => i.At.Layer).Distinct().Order());

    /// <summary>Whether nothing changes.</summary>
    public bool IsEmpty => FirstPosition == int.MaxValue && !IsAlone;

    public static Cone Of(
        int index, IReadOnlyList<Intervention> interventions, int layers, TokenBatch tokens,
        IReadOnlyDictionary<string, Recording> sources, Recording kept)
    {
        // Heads that read streams of their own, and edges, concern a whole layer; what has no layer lies outside of all.
        bool alone = interventions.Count == 0 || interventions.Any(i =>
            i is Reroute || i.At.Layer is null || i.Prompts is not null
            || i.At.Site == Site.QInput || i.At.Site == Site.KInput || i.At.Site == Site.VInput);
        return alone
            ? new(index, interventions, 0, 0, IsAlone: true)
            : new(index, interventions, interventions.Min(i => i.At.Layer!.Value),
                interventions.Min(i => First(i, layers, tokens, sources, kept)), IsAlone: false);
    }

    static int First(
        Intervention intervention, int layers, TokenBatch tokens, IReadOnlyDictionary<string, Recording> sources,
        Recording kept)
    {
        if (intervention.At.Site == Site.Result)
            return 0; // heads are added up one by one at every position
        string? source = intervention switch { Patch patch => patch.From, Freeze freeze => freeze.To, _ => null };
        Tensor? old = source is not null && kept.Contains(intervention.At) ? kept[intervention.At] : null;
        // Of the last layer, what follows the keys and values counts at each prompt's last token alone.
        bool lastOnly = intervention.At.Layer == layers - 1 && !intervention.At.Site.IsBeforeQueries;
        int first = int.MaxValue;
        for (int b = 0; b < tokens.Count; b++)
        {
            (int from, int to) = intervention.At.Positions?.Within(tokens.Lengths[b]) ?? (0, tokens.Lengths[b]);
            from = lastOnly ? Math.Max(from, tokens.Lengths[b] - 1) : from;
            to = Math.Min(to, first);
            if (old is not null)
                while (from < to && Same(intervention.At, old, sources[source!][intervention.At], b, from))
                    from++;
            if (from < to)
                first = from;
        }
        return first;
    }

    // Whether two activations hold the same bytes at one prompt and position, in the head or neuron that is meant.
    static bool Same(Address at, Tensor a, Tensor b, int prompt, int position)
    {
        if (at.Site.Shape != SiteShape.Pattern)
            return Bytes(Row(at, a, prompt, position)).SequenceEqual(Bytes(Row(at, b, prompt, position)));
        for (int h = at.Head ?? 0; h <= (at.Head ?? a.Shape[1] - 1); h++)
            if (!Bytes(PatternRow(a, prompt, h, position)).SequenceEqual(Bytes(PatternRow(b, prompt, h, position))))
                return false;
        return true;
    }

    static Span<float> Row(Address at, Tensor x, int prompt, int position)
    {
        int width = x.Shape.Count / (x.Shape[0] * x.Shape[1]);
        Span<float> row = x.Data.Slice(((prompt % x.Shape[0] * x.Shape[1]) + position) * width, width);
        return at switch
        {
            { Head: { } head } => row.Slice(head * x.Shape[^1], x.Shape[^1]),
            { Neuron: { } neuron } => row.Slice(neuron, 1),
            _ => row,
        };
    }

    static Span<float> PatternRow(Tensor x, int prompt, int head, int position) => x.Data.Slice(
        ((((prompt % x.Shape[0] * x.Shape[1]) + head) * x.Shape[2]) + position) * x.Shape[3], x.Shape[3]);

    static Span<int> Bytes(Span<float> values) => System.Runtime.InteropServices.MemoryMarshal.Cast<float, int>(values);
}
