using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>A graph as circuit-tracer computed it, from the tensors of graph.safetensors.</summary>
sealed class UpstreamGraph : IDisposable
{
    readonly SafetensorsFile _file;

    /// <exception cref="InputException">The file is absent, damaged or not such a graph.</exception>
    public UpstreamGraph(string folder)
    {
        _file = SafetensorsFile.Open(Path.Combine(folder, "graph.safetensors"));
        Tokens = Integers("input_tokens");
        ActiveLatents = [.. Integers("active_features").Chunk(3).Select(a => (a[0], a[1], a[2]))];
        Selected = Integers("selected_features");
        TargetTokens = Integers("logit_token_ids");
        Adjacency = Floats("adjacency_matrix");
        Count = (int)_file.EntryOf("adjacency_matrix").Shape[0];
        Thresholds = [.. _file.Entries.Select(entry => entry.Name)
            .Where(name => name.EndsWith(".node_mask", StringComparison.Ordinal))
            .Select(name => name.Split('_')[1] + "_" + name.Split('_')[2].Replace(".node", "", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];
        if ((long)Count * Count != Adjacency.Length || Selected.Any(i => i < 0 || i >= ActiveLatents.Count)
            || Count < Selected.Count + Tokens.Count + TargetTokens.Count)
            throw new InputException($"{_file.Path}: the adjacency matrix does not fit the nodes that the file names");
    }

    /// <summary>Who made it.</summary>
    public string MadeBy => _file.Metadata.GetValueOrDefault("made_by", "");

    /// <summary>The prompt.</summary>
    public IReadOnlyList<int> Tokens { get; }

    /// <summary>Layer, position and latent of each active latent.</summary>
    public IReadOnlyList<(int Layer, int Position, int Latent)> ActiveLatents { get; }

    /// <summary>Which of them are nodes.</summary>
    public IReadOnlyList<int> Selected { get; }

    /// <summary>The tokens of the logits that are nodes.</summary>
    public IReadOnlyList<int> TargetTokens { get; }

    /// <summary>Number of nodes.</summary>
    public int Count { get; }

    /// <summary>[target, source]</summary>
    public float[] Adjacency { get; }

    /// <summary>The pairs of thresholds that it was pruned at, as their names have them: <c>0.8_0.98</c>.</summary>
    public IReadOnlyList<string> Thresholds { get; }

    /// <summary>How many positions at the start have no errors.</summary>
    public int ZeroedPositions
    {
        get
        {
            IReadOnlyList<long> shape = _file.EntryOf("error_vectors").Shape;
            float[] errors = Floats("error_vectors");
            (int positions, int width) = ((int)shape[1], (int)shape[2]);
            int zeroed = 0;
            while (zeroed < positions && Enumerable.Range(0, (int)shape[0]).All(layer =>
                !errors.AsSpan(((layer * positions) + zeroed) * width, width).ContainsAnyExcept(0)))
                zeroed++;
            return zeroed;
        }
    }

    /// <summary>Numbers by name.</summary>
    public float[] Floats(string name)
    {
        float[] values = new float[_file.EntryOf(name).Count];
        _file.Read(name, values);
        return values;
    }

    /// <summary>Whole numbers or truth values by name.</summary>
    public int[] Integers(string name) => [.. _file.ReadInt64(name).Select(value => (int)value)];

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
