using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>Finds the latents that take part in each of some rows.</summary>
sealed class RowBlock : ITileReader
{
    const int FirstRoom = 64;

    readonly TrainedCoder _coder;
    readonly float[]? _norms, _bounds;
    readonly float _bound;
    readonly bool _addsBare;
    readonly EntryList[] _lists;
    readonly TopList[]? _tops;

    /// <param name="recipe">The kind.</param>
    /// <param name="coder">The coder.</param>
    /// <param name="norms">What p is multiplied by to be ranked, or null.</param>
    /// <param name="bounds">A bound for each latent, for kinds that have one.</param>
    /// <param name="bound">The bound for a batch's TopK.</param>
    /// <param name="lists">Where to put what is found for each row.</param>
    public RowBlock(
        TrainingRecipe recipe, TrainedCoder coder, float[]? norms, float[]? bounds, float bound, Span<EntryList> lists)
    {
        (_coder, _norms, _bounds, _bound) = (coder, norms, bounds, bound);
        _addsBare = recipe.Kind == CoderKind.Gated;
        if (recipe.Kind == CoderKind.TopK)
        {
            float[] ranks = new float[TopList.Room(recipe.K!.Value)];
            _tops = [.. Enumerable.Range(0, lists.Length).Select(_ => new TopList(recipe.K.Value, norms, ranks))];
        }
        _lists = [.. Enumerable.Range(0, lists.Length).Select(r => _tops?[r].Entries ?? new EntryList(FirstRoom))];
        _lists.CopyTo(lists);
    }

    public void Read(int column, int columns, ReadOnlySpan<float> tile)
    {
        ReadOnlySpan<float> biases = _coder.EncoderBias.Value.Data;
        for (int r = 0; r < _lists.Length; r++)
        {
            ReadOnlySpan<float> products = tile.Slice(r * columns, columns);
            if (_bounds is not null)
                TileScan.AboveOwn(products, column, biases, _bounds, _addsBare, _lists[r]);
            else if (_tops is not null)
                TileScan.Above(products, column, biases, _norms, _tops[r].Bound, _tops[r].Offer);
            else
                TileScan.Above(products, column, biases, _norms, _bound, (latent, p) =>
                {
                    _lists[r].Add(latent, p);
                    return _bound;
                });
        }
    }

    public void Finish()
    {
        foreach (TopList top in _tops ?? [])
            top.Cut();
    }
}

/// <summary>Finds besides, for each of some rows, the dead latents with the largest p.</summary>
sealed class RevivedRows : ITileReader
{
    readonly RowBlock _active;
    readonly TrainedCoder _coder;
    readonly float[]? _norms;
    readonly int[] _dead;
    readonly TopList[] _tops;
    int _next; // the first dead latent of the next tile

    public RevivedRows(
        RowBlock active, TrainedCoder coder, float[]? norms, int[] dead, int auxK, EntryList[] lists, int row, int rows)
    {
        (_active, _coder, _norms, _dead) = (active, coder, norms, dead);
        float[] ranks = new float[TopList.Room(auxK)];
        _tops = [.. Enumerable.Range(0, rows).Select(_ => new TopList(auxK, norms, ranks))];
        for (int r = 0; r < rows; r++)
            lists[row + r] = _tops[r].Entries;
    }

    public void Read(int column, int columns, ReadOnlySpan<float> tile)
    {
        _active.Read(column, columns, tile);
        int end = _next;
        while (end < _dead.Length && _dead[end] < column + columns)
            end++;
        ReadOnlySpan<float> biases = _coder.EncoderBias.Value.Data;
        for (int r = 0; r < _tops.Length; r++)
            foreach (int latent in _dead.AsSpan(_next, end - _next))
            {
                float p = tile[(r * columns) + latent - column] + biases[latent];
                if ((_norms is null ? p : p * _norms[latent]) > _tops[r].Bound)
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
