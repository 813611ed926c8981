namespace Hooke.Dictionaries;

/// <summary>The k largest p · norm above 0 of what is offered, of equal ones the first.</summary>
sealed class TopList
{
    readonly int _k;
    readonly float[]? _norms;
    readonly float[] _ranks; // shared by the rows of a block, which come one after the other
    float _bound;

    public TopList(int k, float[]? norms, float[] ranks)
    {
        (_k, _norms, _ranks) = (k, norms, ranks);
        Entries = new EntryList(ranks.Length);
    }

    public EntryList Entries { get; }

    public float Bound => _bound;

    /// <summary>Numbers looked at before they are cut to k again.</summary>
    public static int Room(int k) => (2 * k) + 128;

    public static void Rank(EntryList entries, float[]? norms, Span<float> ranks)
    {
        entries.Values.CopyTo(ranks);
        for (int i = 0; norms is not null && i < entries.Count; i++)
            ranks[i] *= norms[entries.Latents[i]];
    }

    /// <summary>Takes one that is above the bound; gives the bound from then on.</summary>
    public float Offer(int latent, float p)
    {
        Entries.Add(latent, p);
        if (Entries.Count == _ranks.Length)
            Cut();
        return _bound;
    }

    /// <summary>Cuts to the k largest.</summary>
    public void Cut()
    {
        if (Entries.Count <= _k)
            return;
        Span<float> inOrder = Entries.Count <= 1024 ? stackalloc float[Entries.Count] : new float[Entries.Count];
        Rank(Entries, _norms, _ranks);
        _ranks.AsSpan(0, Entries.Count).CopyTo(inOrder);
        (_bound, int atBound) = Ranking.Of(_ranks.AsSpan(0, Entries.Count), _k);
        Entries.Keep(inOrder, _bound, ref atBound);
    }
}
