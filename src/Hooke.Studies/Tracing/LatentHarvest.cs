using Hooke.Circuits;
using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>Where latents are most active in a world's documents.</summary>
/// <remarks>
/// Documents that the model was not trained on, the same for the same seed; of a document only its best place counts.
/// </remarks>
public static class LatentHarvest
{
    const int DocumentsAtOnce = 32;
    const int TokensAround = 12; // before and after the most active one

    /// <summary>The seed of the documents; those that the model was trained on have another.</summary>
    public const ulong Seed = 20_270_101;

    /// <summary>For each latent the passages where it is most active, the most active first.</summary>
    /// <param name="sites">The model with its transcoders.</param>
    /// <param name="world">Where the documents come from.</param>
    /// <param name="latents">The latents that are wanted, by the layer that they read.</param>
    /// <param name="documents">How many documents are read.</param>
    /// <param name="most">How many passages of a latent are kept.</param>
    public static IReadOnlyDictionary<(int Layer, int Latent), IReadOnlyList<LatentExample>> Of(
        TranscoderSites sites, World world, IEnumerable<(int Layer, int Latent)> latents, int documents = 400, int most = 5)
    {
        Dictionary<(int, int), List<Found>> found = latents.Distinct().ToDictionary(latent => latent, _ => new List<Found>());
        int[] layers = [.. found.Keys.Select(latent => latent.Item1).Distinct().Order()];
        if (layers.Length == 0)
            return new Dictionary<(int, int), IReadOnlyList<LatentExample>>();
        Tokenizer tokenizer = sites.Model.Tokenizer;
        int longest = sites.Model.Config.NCtx;
        for (int first = 0; first < documents; first += DocumentsAtOnce)
        {
            int[][] prompts = [.. Enumerable.Range(first, Math.Min(DocumentsAtOnce, documents - first))
                .Select(i => tokenizer.Encode(world.Document(Seed, i)).Take(longest).ToArray())];
            Read(sites, prompts, first, layers, found, most);
        }
        return found.ToDictionary(at => at.Key,
            at => (IReadOnlyList<LatentExample>)[.. at.Value.Select(f => f.ToExample(tokenizer))]);
    }

    static void Read(
        TranscoderSites sites, int[][] prompts, int first, int[] layers, Dictionary<(int, int), List<Found>> found, int most)
    {
        TokenBatch batch = new(prompts);
        using Run run = sites.Model.Run(batch, new Plan { Record = [.. layers.Select(sites.Read)], LastLogitsOnly = true });
        foreach (int layer in layers)
        {
            using Tensor input = sites.Input(layer, run[sites.Read(layer)]);
            SparseLatents active = sites.Transcoders.Coders[layer].EncodeSparse(input);
            for (int b = 0; b < prompts.Length; b++)
                foreach ((int latent, float[] activations) in Activations(active, b * batch.Positions, prompts[b].Length))
                    if (found.TryGetValue((layer, latent), out List<Found>? best))
                        Keep(best, Found.Of(first + b, prompts[b], activations), most);
        }
    }

    // Every latent that is active in a document, with its activation at each token. The first token, where models rest, is
    // left out, as graphs leave it out.
    static Dictionary<int, float[]> Activations(SparseLatents active, int row, int length)
    {
        Dictionary<int, float[]> all = [];
        for (int p = 1; p < length; p++)
        {
            ReadOnlySpan<int> latents = active.LatentsOf(row + p);
            ReadOnlySpan<float> values = active.ValuesOf(row + p);
            for (int i = 0; i < latents.Length; i++)
            {
                if (!all.TryGetValue(latents[i], out float[]? activations))
                    all[latents[i]] = activations = new float[length];
                activations[p] = values[i];
            }
        }
        return all;
    }

    // Highest first; where two are equally high, the earlier document.
    static void Keep(List<Found> best, Found found, int most)
    {
        int at = best.FindIndex(other => other.Most < found.Most);
        if (at < 0)
            at = best.Count;
        if (at < most)
            best.Insert(at, found);
        if (best.Count > most)
            best.RemoveAt(most);
    }

    sealed record Found(int Document, float Most, int[] Tokens, float[] Activations)
    {
        public static Found Of(int document, int[] tokens, float[] activations)
        {
            int best = Array.IndexOf(activations, activations.Max());
            (int from, int to) = (Math.Max(0, best - TokensAround), Math.Min(tokens.Length, best + TokensAround + 1));
            return new Found(document, activations[best], tokens[from..to], activations[from..to]);
        }

        public LatentExample ToExample(Tokenizer tokenizer) =>
            new([.. Tokens.Select((token, i) => Spaced(tokenizer.TokenText(token), i))], Activations);

        // A word's tokenizer has no spaces in its tokens.
        static string Spaced(string text, int place) => place == 0 || text.StartsWith(' ') ? text : " " + text;
    }
}
