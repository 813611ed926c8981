using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>What is looked for in the products x · W_enc of each row: p = product + bias above a bound.</summary>
sealed record RowSearch
{
    /// <summary>b_enc [n_latents]</summary>
    public required Tensor Biases { get; init; }

    /// <summary>How many of the largest are kept; null for all above the bound.</summary>
    public int? K { get; init; }

    /// <summary>What p is multiplied by to be ranked; null for 1.</summary>
    public float[]? Norms { get; init; }

    /// <summary>Each latent's own bound; null for one bound for all.</summary>
    public float[]? Bounds { get; init; }

    /// <summary>The bound for all.</summary>
    public float Bound { get; init; }

    /// <summary>Whether the product is kept, not p.</summary>
    public bool AddsBare { get; init; }
}

/// <summary>Finds what is looked for in some rows, a tile at a time.</summary>
sealed class RowBlock : ITileReader
{
    const int FirstRoom = 64;

    readonly RowSearch _search;
    readonly EntryList[] _lists;
    readonly TopList[]? _tops;

    /// <param name="search">What to look for.</param>
    /// <param name="lists">Where to put what is found for each row.</param>
    public RowBlock(RowSearch search, Span<EntryList> lists)
    {
        _search = search;
        if (search.K is { } k)
        {
            float[] ranks = new float[TopList.Room(k)];
            _tops = [.. Enumerable.Range(0, lists.Length).Select(_ => new TopList(k, search.Norms, ranks))];
        }
        _lists = [.. Enumerable.Range(0, lists.Length).Select(r => _tops?[r].Entries ?? new EntryList(FirstRoom))];
        _lists.CopyTo(lists);
    }

    public void Read(int column, int columns, ReadOnlySpan<float> tile)
    {
        ReadOnlySpan<float> biases = _search.Biases.Data;
        for (int r = 0; r < _lists.Length; r++)
        {
            ReadOnlySpan<float> products = tile.Slice(r * columns, columns);
            if (_search.Bounds is not null)
                TileScan.AboveOwn(products, column, biases, _search.Bounds, _search.AddsBare, _lists[r]);
            else if (_tops is not null)
                TileScan.Above(products, column, biases, _search.Norms, _tops[r].Bound, _tops[r].Offer);
            else
                TileScan.Above(products, column, biases, _search.Norms, _search.Bound, _lists[r].AddAbove(_search.Bound));
        }
    }

    public void Finish()
    {
        foreach (TopList top in _tops ?? [])
            top.Cut();
    }
}
