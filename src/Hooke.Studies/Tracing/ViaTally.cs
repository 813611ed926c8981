using Hooke.Circuits;
using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>What each latent did at each role on the prompts of one relation, by what was on the way.</summary>
sealed class ViaTally(int[] prompts)
{
    const int Together = 64;

    readonly Dictionary<(int Layer, int Latent, TwoStepRole Role), (double[] Sums, int[] Fired)> _latents = [];

    public IEnumerable<(int Layer, int Latent, TwoStepRole Role)> Keys => _latents.Keys;

    public static ViaTally Of(TranscoderSites sites, IReadOnlyList<TwoStepPrompt> prompts, IReadOnlyList<string> names)
    {
        ViaTally tally = new([.. names.Select(name => prompts.Count(prompt => prompt.Via == name))]);
        foreach (TwoStepPrompt[] some in prompts.Chunk(Together))
        {
            int[] vias = [.. some.Select(prompt => Array.IndexOf([.. names], prompt.Via))];
            Address[] reads = [.. Enumerable.Range(0, sites.Layers).Select(sites.Read).Distinct()];
            TokenBatch batch = new([.. some.Select(prompt => prompt.Tokens)]);
            using Run run = sites.Model.Run(batch, new Plan { Record = reads, LastLogitsOnly = true });
            for (int layer = 0; layer < sites.Layers; layer++)
            {
                using Tensor input = sites.Input(layer, run[sites.Read(layer)]);
                SparseLatents latents = sites.Transcoders.Coders[layer].EncodeSparse(input);
                for (int p = 0; p < some.Length; p++)
                    foreach (TwoStepRole role in Enum.GetValues<TwoStepRole>())
                        tally.Add(layer, role, vias[p], latents, (p * batch.Positions) + some[p].At(role));
            }
        }
        return tally;
    }

    public double MeanOf((int, int, TwoStepRole) key, int via) =>
        _latents.TryGetValue(key, out var found) && prompts[via] > 0 ? found.Sums[via] / prompts[via] : 0;

    public double FiredOf((int, int, TwoStepRole) key, int via) =>
        _latents.TryGetValue(key, out var found) && prompts[via] > 0 ? (double)found.Fired[via] / prompts[via] : 0;

    public double ShareOf((int, int, TwoStepRole) key, int via)
    {
        double all = 0;
        for (int v = 0; v < prompts.Length; v++)
            all += MeanOf(key, v);
        return all > 0 ? MeanOf(key, via) / all : 0;
    }

    void Add(int layer, TwoStepRole role, int via, SparseLatents latents, int row)
    {
        ReadOnlySpan<int> active = latents.LatentsOf(row);
        for (int i = 0; i < active.Length; i++)
        {
            if (!_latents.TryGetValue((layer, active[i], role), out (double[] Sums, int[] Fired) found))
                _latents[(layer, active[i], role)] = found = (new double[prompts.Length], new int[prompts.Length]);
            found.Sums[via] += Math.Max(0, latents.ValuesOf(row)[i]);
            found.Fired[via]++;
        }
    }
}
