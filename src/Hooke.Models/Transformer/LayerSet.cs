namespace Hooke.Models;

/// <summary>Some layers of a transformer; two of the same layers are equal.</summary>
public sealed class LayerSet : IEquatable<LayerSet>
{
    readonly bool[] _has;

    LayerSet(bool[] has) => _has = has;

    /// <summary>No layer.</summary>
    public static LayerSet None { get; } = new([]);

    /// <summary>The layers, of so many, for which a question is answered with yes.</summary>
    public static LayerSet Where(int layers, Func<int, bool> has) => new([.. Enumerable.Range(0, layers).Select(has)]);

    /// <summary>Whether there is any.</summary>
    public bool IsEmpty => !_has.Contains(true);

    /// <summary>Whether a layer is one of them.</summary>
    public bool Contains(int layer) => layer < _has.Length && _has[layer];

    /// <inheritdoc/>
    public bool Equals(LayerSet? other) => other is not null && ToString() == other.ToString();

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as LayerSet);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>The layers, such as <c>0, 2, 3</c>.</summary>
    public override string ToString() => string.Join(", ", Enumerable.Range(0, _has.Length).Where(Contains));
}
