namespace Hooke.Dictionaries;

/// <summary>The latents of one row that take part, in rising order, with what the encoder's product gave for each.</summary>
sealed class EntryList
{
    int[] _latents;
    float[] _values;

    public EntryList(int capacity) => (_latents, _values) = (new int[capacity], new float[capacity]);

    public int Count { get; private set; }

    public ReadOnlySpan<int> Latents => _latents.AsSpan(0, Count);

    public ReadOnlySpan<float> Values => _values.AsSpan(0, Count);

    public void Add(int latent, float value)
    {
        if (Count == _latents.Length)
        {
            Array.Resize(ref _latents, 2 * Count);
            Array.Resize(ref _values, 2 * Count);
        }
        (_latents[Count], _values[Count]) = (latent, value);
        Count++;
    }

    /// <summary>Adds, where the bound stays what it is.</summary>
    public Func<int, float, float> AddAbove(float bound) => (latent, value) =>
    {
        Add(latent, value);
        return bound;
    };

    /// <summary>Keeps those whose rank is above a bound, and of those at it the first few.</summary>
    public void Keep(ReadOnlySpan<float> ranks, float bound, ref int atBound)
    {
        int kept = 0;
        for (int i = 0; i < Count; i++)
        {
            if (!(ranks[i] > bound) && (ranks[i] != bound || atBound-- <= 0))
                continue;
            (_latents[kept], _values[kept]) = (_latents[i], _values[i]);
            kept++;
        }
        Count = kept;
    }
}
