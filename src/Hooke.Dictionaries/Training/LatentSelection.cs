using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>Encodes a batch, tile by tile, and keeps of each row the latents that take part in a step.</summary>
/// <remarks>
/// These are the active ones; for JumpReLU also those in the kernel's window, for a gated coder all whose gate is open.
/// </remarks>
sealed class LatentSelection(TrainingRecipe recipe, TrainedCoder coder)
{
    const int RowsToSample = 64;
    const float ShareOfSampled = 0.8f; // of the bound that a sample suggests: other rows' may be lower

    readonly float[]? _norms = recipe.RanksByDecoderNorm ? coder.DecoderNorms() : null;

    /// <summary>The latents that take part.</summary>
    public ActiveLatents Active { get; private set; } = null!;

    /// <summary>The dead latents that are to reconstruct what is left; null for none.</summary>
    public ActiveLatents? Revived { get; private set; }

    /// <summary>The least p · norm that a batch's TopK kept; null if none.</summary>
    public float? Least { get; private set; }

    /// <param name="x">Inputs [rows, d_in], less the decoder's bias where it is subtracted.</param>
    /// <param name="dead">Dead latents, in rising order, if they are to be revived by reconstruction.</param>
    /// <param name="auxK">How many of them for each row.</param>
    public LatentSelection Run(Tensor x, int[] dead, int auxK)
    {
        EntryList[] lists = new EntryList[x.Shape[0]], revived = new EntryList[dead.Length > 0 ? x.Shape[0] : 0];
        if (recipe.Kind == CoderKind.BatchTopK)
            OfBatch(x, lists, dead, auxK, revived);
        else
            Encode(x, lists, dead, auxK, revived, 0);
        Active = new ActiveLatents(lists, recipe.NLatents);
        Revived = revived.Length > 0 ? new ActiveLatents(revived, recipe.NLatents) : null;
        return this;
    }

    // Everything above a bound is collected, then the largest of it kept; the bound is guessed from a few rows.
    void OfBatch(Tensor x, EntryList[] lists, int[] dead, int auxK, EntryList[] revived)
    {
        int rows = lists.Length, most = checked(recipe.K!.Value * rows);
        float bound = 0;
        if (rows > 4 * RowsToSample)
        {
            EntryList[] sampled = new EntryList[RowsToSample];
            using Tensor sample = Tensor.From(x.Data[..(RowsToSample * x.Shape[1])], RowsToSample, x.Shape[1]);
            Encode(sample, sampled, [], 0, [], 0);
            float[] found = Ranks(sampled);
            bound = found.Length < recipe.K.Value * RowsToSample ? 0
                : ShareOfSampled * Ranking.Of(found, recipe.K.Value * RowsToSample).Bound;
        }
        Encode(x, lists, dead, auxK, revived, bound);
        if (bound > 0 && lists.Sum(list => (long)list.Count) < most)
            Encode(x, lists, dead, auxK, revived, 0);
        float[] ranks = Ranks(lists), inOrder = [.. ranks];
        if (ranks.Length <= most)
        {
            Least = ranks.Length > 0 ? ranks.Min() : null;
            return;
        }
        (float least, int atLeast) = Ranking.Of(ranks, most);
        int at = 0;
        foreach (EntryList list in lists)
        {
            int count = list.Count;
            list.Keep(inOrder.AsSpan(at, count), least, ref atLeast);
            at += count;
        }
        Least = least;
    }

    float[] Ranks(EntryList[] lists)
    {
        float[] ranks = new float[lists.Sum(list => list.Count)];
        int at = 0;
        foreach (EntryList list in lists)
        {
            TopList.Rank(list, _norms, ranks.AsSpan(at, list.Count));
            at += list.Count;
        }
        return ranks;
    }

    void Encode(Tensor x, EntryList[] lists, int[] dead, int auxK, EntryList[] revived, float bound)
    {
        RowSearch search = new()
        {
            Biases = coder.EncoderBias.Value,
            K = recipe.Kind == CoderKind.TopK ? recipe.K : null,
            Norms = _norms,
            Bounds = coder.Bounds(recipe),
            Bound = bound,
            AddsBare = recipe.Kind == CoderKind.Gated,
        };
        Ops.MatMulTiles(x, coder.Encoder.Value, transposed: true, (row, rows) =>
        {
            RowBlock block = new(search, lists.AsSpan(row, rows));
            return dead.Length == 0 ? block : new RevivedRows(block, search, dead, auxK, revived.AsSpan(row, rows));
        });
    }
}
