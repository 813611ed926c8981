using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>Finds besides, for each of some rows, the dead latents with the largest p.</summary>
sealed class RevivedRows : ITileReader
{
    readonly RowBlock _active;
    readonly RowSearch _search;
    readonly int[] _dead;
    readonly TopList[] _tops;
    int _next; // the first dead latent of the next tile

    public RevivedRows(RowBlock active, RowSearch search, int[] dead, int auxK, Span<EntryList> lists)
    {
        (_active, _search, _dead) = (active, search, dead);
        float[] ranks = new float[TopList.Room(auxK)];
        _tops = [.. Enumerable.Range(0, lists.Length).Select(_ => new TopList(auxK, search.Norms, ranks))];
        for (int r = 0; r < lists.Length; r++)
            lists[r] = _tops[r].Entries;
    }

    public void Read(int column, int columns, ReadOnlySpan<float> tile)
    {
        _active.Read(column, columns, tile);
        int end = _next;
        while (end < _dead.Length && _dead[end] < column + columns)
            end++;
        ReadOnlySpan<float> biases = _search.Biases.Data;
        for (int r = 0; r < _tops.Length; r++)
            foreach (int latent in _dead.AsSpan(_next, end - _next))
            {
                float p = tile[(r * columns) + latent - column] + biases[latent];
                if ((_search.Norms is { } norms ? p * norms[latent] : p) > _tops[r].Bound)
                    _tops[r].Offer(latent, p);
            }
        _next = end;
    }

    public void Finish()
    {
        _active.Finish();
        foreach (TopList top in _tops)
            top.Cut();
    }
}
