namespace Hooke.Dictionaries;

/// <summary>
/// The latents that take part in a step: by row in the order of the latents, and by latent in the order of the rows.
/// </summary>
/// <remarks>A value is p, or for a gated coder the product without its bias.</remarks>
sealed class ActiveLatents
{
    readonly int[] _rowStarts, _latents, _latentStarts, _rows;
    readonly float[] _values, _valuesByLatent;

    public ActiveLatents(IReadOnlyList<EntryList> lists, int nLatents)
    {
        _rowStarts = new int[lists.Count + 1];
        for (int r = 0; r < lists.Count; r++)
            _rowStarts[r + 1] = checked(_rowStarts[r] + lists[r].Count);
        (_latents, _values) = (new int[_rowStarts[^1]], new float[_rowStarts[^1]]);
        (_rows, _valuesByLatent) = (new int[_latents.Length], new float[_latents.Length]);
        for (int r = 0; r < lists.Count; r++)
        {
            lists[r].Latents.CopyTo(_latents.AsSpan(_rowStarts[r]));
            lists[r].Values.CopyTo(_values.AsSpan(_rowStarts[r]));
        }
        _latentStarts = new int[nLatents + 1];
        foreach (int latent in _latents)
            _latentStarts[latent + 1]++;
        for (int i = 0; i < nLatents; i++)
            _latentStarts[i + 1] += _latentStarts[i];
        int[] next = _latentStarts[..nLatents];
        for (int r = 0; r < lists.Count; r++)
            for (int at = _rowStarts[r]; at < _rowStarts[r + 1]; at++)
            {
                int place = next[_latents[at]]++;
                (_rows[place], _valuesByLatent[place]) = (r, _values[at]);
            }
    }

    public int Rows => _rowStarts.Length - 1;

    public int Count => _latents.Length;

    public ReadOnlySpan<int> LatentsOf(int row) => _latents.AsSpan(_rowStarts[row].._rowStarts[row + 1]);

    public ReadOnlySpan<float> ValuesOf(int row) => _values.AsSpan(_rowStarts[row].._rowStarts[row + 1]);

    public ReadOnlySpan<int> RowsOf(int latent) => _rows.AsSpan(_latentStarts[latent].._latentStarts[latent + 1]);

    public ReadOnlySpan<float> ValuesOfLatent(int latent) =>
        _valuesByLatent.AsSpan(_latentStarts[latent].._latentStarts[latent + 1]);
}
