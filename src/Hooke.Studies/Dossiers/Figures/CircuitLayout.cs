namespace Hooke.Studies;

/// <summary>Where everything of a circuit stands: input at the bottom, a band per layer, logits on top.</summary>
/// <remarks>A small model is drawn whole, its idle parts faint; of a large one only what is in the circuit.</remarks>
sealed class CircuitLayout
{
    public const double NodeWidth = 54, NodeHeight = 34, BarHeight = 30;
    const double Column = 68, Left = 74, Right = 26, HeadsRow = 66, MlpRow = 62, Gap = 64, Margin = 10;
    const int Largest = 16;

    readonly Dictionary<string, Place> _places = new(StringComparer.Ordinal);
    readonly Dictionary<int, int> _rows = [];
    readonly bool _whole;

    public CircuitLayout(DossierCircuit circuit)
    {
        _whole = circuit.Layers <= Largest && circuit.Heads <= Largest;
        Layers = _whole
            ? [.. Enumerable.Range(0, circuit.Layers)]
            : [.. circuit.Nodes.Select(node => node.Layer).OfType<int>().Distinct().Order()];
        int most = Layers.Select(layer => HeadsIn(circuit, layer).Count).DefaultIfEmpty(1).Max();
        int columns = _whole ? circuit.Heads : Math.Max(1, most);
        Width = Left + (columns + 1) * Column + Right;
        Height = 2 * (Margin + BarHeight) + Gap + Layers.Count * (HeadsRow + MlpRow);
        Put("input", Middle, Height - Margin - BarHeight / 2);
        Put("logits", Middle, Margin + BarHeight / 2);
        foreach (int layer in Layers)
        {
            _rows[layer] = _rows.Count;
            PutLayer(circuit, layer, columns);
        }
    }

    /// <summary>The layers drawn, first one first.</summary>
    public IReadOnlyList<int> Layers { get; }

    public double Width { get; }

    public double Height { get; }

    /// <summary>The parts drawn faintly because they are not in the circuit.</summary>
    public IEnumerable<(string Id, Place Place)> Idle(DossierCircuit circuit)
    {
        HashSet<string> inside = [.. circuit.Nodes.Select(node => node.Id)];
        return _places.Where(part => !inside.Contains(part.Key)).OrderBy(part => part.Key, StringComparer.Ordinal)
            .Select(part => (part.Key, part.Value));
    }

    /// <summary>The centre of a part.</summary>
    public Place this[string id] => _places[id];

    /// <summary>The centres of all heads and MLPs drawn.</summary>
    public IEnumerable<Place> Places => _places.Where(part => !IsBar(part.Key)).Select(part => part.Value);

    /// <summary>How far beside a head's middle its query, key and value are entered.</summary>
    public static double InputOffset(string? input) => input switch
    {
        "q" => -15,
        "v" => 15,
        _ => 0,
    };

    /// <summary>Input and logits are bars as wide as the drawing.</summary>
    public static bool IsBar(string id) => id is "input" or "logits";

    /// <summary>The left end and width of the bars.</summary>
    public (double X, double Width) Bar => (Left - 10, Width - Left - Right + 20);

    /// <summary>The top of a layer's band.</summary>
    public double BandTop(int layer) => BandBottom(layer) - BandHeight;

    /// <summary>The height of every layer's band.</summary>
    public static double BandHeight => HeadsRow + MlpRow;

    double BandBottom(int layer) =>
        Height - Margin - BarHeight - Gap / 2 - _rows[layer] * BandHeight;

    double Middle => (Left + Width - Right) / 2;

    static List<int> HeadsIn(DossierCircuit circuit, int layer) =>
        [.. circuit.Nodes.Where(node => node.Layer == layer).Select(node => node.Head).OfType<int>().Order()];

    void PutLayer(DossierCircuit circuit, int layer, int columns)
    {
        double bottom = BandBottom(layer);
        List<int> heads = _whole ? [.. Enumerable.Range(0, circuit.Heads)] : HeadsIn(circuit, layer);
        double start = Left + (columns - heads.Count) * Column / 2;
        for (int i = 0; i < heads.Count; i++)
            Put($"a{layer}.h{heads[i]}", start + (i + 0.5) * Column, bottom - HeadsRow / 2);
        Put($"m{layer}", Left + (columns + 0.5) * Column, bottom - HeadsRow - MlpRow / 2);
    }

    void Put(string id, double x, double y) => _places[id] = new Place(x, y);
}

/// <summary>A point of a drawing, in pixels from the top left.</summary>
readonly record struct Place(double X, double Y);
