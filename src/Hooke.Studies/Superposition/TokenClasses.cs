using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>What a site holds at each token of a vocabulary, on average over some texts: classes by units.</summary>
public sealed class TokenClasses : IDisposable
{
    const int Together = 32; // prompts run at a time

    TokenClasses(IReadOnlyList<int> tokens, IReadOnlyList<int> counts, Tensor means) =>
        (Tokens, Counts, Means) = (tokens, counts, means);

    /// <summary>The classes: tokens, in rising order.</summary>
    public IReadOnlyList<int> Tokens { get; }

    /// <summary>How often each was read.</summary>
    public IReadOnlyList<int> Counts { get; }

    /// <summary>The mean activation at each token [classes, units]; a site's heads are side by side.</summary>
    public Tensor Means { get; }

    /// <summary>Reads a site on texts; the first position of each, unlike all others, is left out.</summary>
    /// <param name="model">The model.</param>
    /// <param name="site">The site; whole.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="least">A token that is read less often is left out.</param>
    /// <exception cref="InputException">Fewer than two tokens are read often enough, or the model has no such site.</exception>
    public static TokenClasses Read(Model model, Address site, IReadOnlyList<string> texts, int least)
    {
        SortedDictionary<int, (int Count, double[] Sum)> classes = [];
        foreach (string[] some in texts.Chunk(Together))
        {
            TokenBatch batch = new([.. some.Select(text => model.Tokenizer.Encode(text))]);
            using Run run = model.Run(batch, new Plan { Record = [site.Whole], LastLogitsOnly = true });
            Add(batch, run[site.Whole], classes);
        }
        (int Token, (int Count, double[] Sum) Read)[] kept =
            [.. classes.Where(pair => pair.Value.Count >= least).Select(pair => (pair.Key, pair.Value))];
        if (kept.Length < 2)
            throw new InputException($"{kept.Length} tokens of the texts are read {least} times or more; give more text");
        Tensor means = Tensor.Zeros(kept.Length, kept[0].Read.Sum.Length);
        for (int c = 0; c < kept.Length; c++)
            for (int k = 0; k < means.Shape[1]; k++)
                means.Data[(c * means.Shape[1]) + k] = (float)(kept[c].Read.Sum[k] / kept[c].Read.Count);
        return new([.. kept.Select(k => k.Token)], [.. kept.Select(k => k.Read.Count)], means);
    }

    /// <summary>Each class' mean less the mean of all classes: the direction that tells the token from the others.</summary>
    public FeatureDirections Directions(string name)
    {
        Tensor directions = Means.Clone();
        int width = Means.Shape[1];
        for (int k = 0; k < width; k++)
        {
            double mean = 0;
            for (int c = 0; c < Tokens.Count; c++)
                mean += Means.Data[(c * width) + k];
            mean /= Tokens.Count;
            for (int c = 0; c < Tokens.Count; c++)
                directions.Data[(c * width) + k] -= (float)mean;
        }
        return new(name, directions);
    }

    /// <inheritdoc/>
    public void Dispose() => Means.Dispose();

    static void Add(TokenBatch batch, Tensor activations, SortedDictionary<int, (int Count, double[] Sum)> classes)
    {
        int width = activations.Shape.Count / (batch.Count * batch.Positions);
        for (int prompt = 0; prompt < batch.Count; prompt++)
            for (int p = 1; p < batch.Lengths[prompt]; p++)
            {
                int token = batch.Prompt(prompt)[p];
                (int count, double[] sum) = classes.TryGetValue(token, out var known) ? known : (0, new double[width]);
                ReadOnlySpan<float> row = activations.Data.Slice(((prompt * batch.Positions) + p) * width, width);
                for (int k = 0; k < width; k++)
                    sum[k] += row[k];
                classes[token] = (count + 1, sum);
            }
    }
}
