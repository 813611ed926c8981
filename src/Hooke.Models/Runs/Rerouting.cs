using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>
/// Carries out the reroutes of a plan: keeps, for each component, what it added on the other run less what it adds on this
/// one, and gives each reader its stream plus the differences of the components it is cut from.
/// </summary>
internal sealed class Rerouting : IDisposable
{
    readonly Dictionary<(int Site, int Layer), List<(int Source, Address Address)>> _components = [];
    readonly Dictionary<(int Site, int Layer), List<Reroute>> _readers = [];
    readonly Dictionary<(Address Component, string From), int> _sourceOf = [];
    readonly string[] _from;
    readonly IReadOnlyDictionary<string, Recording> _sources;
    readonly TokenBatch _tokens;
    Tensor? _differences;

    public Rerouting(Reroute[] reroutes, IReadOnlyDictionary<string, Recording> sources, TokenBatch tokens)
    {
        (_sources, _tokens) = (sources, tokens);
        List<string> from = [];
        foreach (Reroute reroute in reroutes)
        {
            Group(_readers, reroute.At).Add(reroute);
            foreach (Address component in reroute.Sources)
                if (_sourceOf.TryAdd((component, reroute.From), from.Count))
                {
                    Group(_components, component).Add((from.Count, component));
                    from.Add(reroute.From);
                }
        }
        _from = [.. from];
    }

    /// <summary>Whether a component that readers are cut from is found at a site.</summary>
    public bool Reads(Site site, int? layer) => _components.ContainsKey((site.Index, layer ?? -1));

    /// <summary>Takes down the difference of the components found at a site.</summary>
    public void Read(Site site, int? layer, Tensor value)
    {
        if (!_components.TryGetValue((site.Index, layer ?? -1), out List<(int Source, Address Address)>? components))
            return;
        int width = value.Shape[^1], rows = _tokens.Count * _tokens.Positions;
        _differences ??= Tensor.Zeros(_from.Length, rows * width);
        int heads = value.Shape.Rank == 4 ? value.Shape[2] : 1;
        foreach ((int source, Address address) in components)
        {
            Tensor other = _sources[_from[source]][address];
            Span<float> difference = _differences.Data.Slice(source * rows * width, rows * width);
            for (int r = 0; r < rows; r++)
            {
                int start = ((r * heads) + (address.Head ?? 0)) * width;
                System.Numerics.Tensors.TensorPrimitives.Subtract(
                    other.Data.Slice(start, width), value.Data.Slice(start, width), difference.Slice(r * width, width));
            }
        }
    }

    /// <summary>The stream as the readers at a site are to see it.</summary>
    public Tensor Redirect(Site site, int? layer, Tensor value)
    {
        if (!_readers.TryGetValue((site.Index, layer ?? -1), out List<Reroute>? readers) || _differences is null)
            return value;
        int width = value.Shape[^1], rows = _tokens.Count * _tokens.Positions;
        int heads = value.Shape.Rank == 4 ? value.Shape[2] : 1;
        using Tensor cut = Tensor.Zeros(heads, _from.Length);
        foreach (Reroute reader in readers)
            foreach (Address component in reader.Sources)
                cut.Data[((reader.At.Head ?? 0) * _from.Length) + _sourceOf[(component, reader.From)]] = 1;
        using Tensor sums = Ops.MatMul(cut, _differences);
        Tensor redirected = value.Clone();
        for (int r = 0; r < rows; r++)
            for (int h = 0; h < heads; h++)
            {
                Span<float> target = redirected.Data.Slice(((r * heads) + h) * width, width);
                System.Numerics.Tensors.TensorPrimitives.Add(target, sums.Data.Slice(((h * rows) + r) * width, width), target);
            }
        return redirected;
    }

    public void Dispose() => _differences?.Dispose();

    static List<T> Group<T>(Dictionary<(int, int), List<T>> groups, Address address)
    {
        (int, int) key = (address.Site.Index, address.Layer ?? -1);
        if (!groups.TryGetValue(key, out List<T>? group))
            groups[key] = group = [];
        return group;
    }
}
