using Hooke.Models;

namespace Hooke.Circuits;

/// <summary>Vectors to be added at addresses, variant by variant and position by position.</summary>
/// <param name="held">Positions from here on know no held layers.</param>
/// <param name="rules">In which layers changes are made.</param>
sealed class Additions(int held, LatentRules rules)
{
    readonly SortedDictionary<(int Layer, int Site, int Variant, int Position), (Address At, float[] Vector)> _vectors = [];

    /// <summary>Whether nothing is added.</summary>
    public bool IsEmpty => _vectors.Count == 0;

    /// <summary>The first layer that something is added in; null where nothing is.</summary>
    public int? First => IsEmpty ? null : _vectors.Keys.First().Layer;

    /// <summary>Adds a vector, so many times, to what is added already.</summary>
    public void Add(Address at, int variant, int position, ReadOnlySpan<float> vector, float times)
    {
        if (times == 0 || (position < held && rules.HeldLayers is not null && !rules.Holds(at.Layer!.Value)))
            return;
        var key = (at.Layer!.Value, Order(at), variant, position);
        if (!_vectors.TryGetValue(key, out (Address At, float[] Vector) sum))
            _vectors[key] = sum = (at, new float[vector.Length]);
        for (int i = 0; i < vector.Length; i++)
            sum.Vector[i] += times * vector[i];
    }

    /// <summary>Whether something is added before a place in the order of a forward pass.</summary>
    public bool Precedes(Address at) => !IsEmpty && _vectors.Keys.First() is var first
        && (at.Layer is not { } layer || (first.Layer, first.Site).CompareTo((layer, Order(at))) < 0);

    /// <summary>The additions as a plan has them.</summary>
    /// <param name="variants">How many variants there are; a plan of one needs not name it.</param>
    public IEnumerable<Intervention> Interventions(int variants) => _vectors
        .Where(entry => entry.Value.Vector.Any(x => x != 0))
        .Select(entry => new Add(entry.Value.At.AtPosition(entry.Key.Position), entry.Value.Vector)
        {
            Prompts = variants == 1 ? null : new PositionRange(entry.Key.Variant, entry.Key.Variant),
        });

    static int Order(Address at)
    {
        for (int i = 0; i < Site.All.Count; i++)
            if (Site.All[i] == at.Site)
                return i;
        throw new InvalidOperationException($"Bug in Hooke: {at} is at no site");
    }
}
