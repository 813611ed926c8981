using Hooke.Circuits;
using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>A latent that stands, at a role's position, for what a two-step fact passes on its way.</summary>
/// <param name="Layer">The layer that it reads.</param>
/// <param name="Latent">Which of the layer's latents.</param>
/// <param name="Role">Where.</param>
/// <param name="Mean">Its mean activation on training prompts over that fact.</param>
/// <param name="Share">The least, over the relations asked, of its mean there over the sum of its means for all facts.</param>
public sealed record ViaLatent(int Layer, int Latent, TwoStepRole Role, double Mean, double Share);

/// <summary>For each thing on the way, such as each country, the latents that are selective for it on training prompts.</summary>
/// <remarks>
/// A latent belongs to a country if, whichever of its attributes is asked for (capital, language, currency, river), it fires
/// on enough prompts about the country's landmarks and most of what it fires in all is there. So a latent that merely says
/// the capital does not belong: it is silent when the language is asked for.
/// </remarks>
public sealed class ViaGroups
{
    const int Together = 64;

    readonly SortedDictionary<string, IReadOnlyList<ViaLatent>> _groups = new(StringComparer.Ordinal);

    ViaGroups(ViaRule rule) => Rule = rule;

    /// <summary>By what latents were chosen.</summary>
    public ViaRule Rule { get; }

    /// <summary>The things on the way, in ordinal order.</summary>
    public IReadOnlyCollection<string> Names => _groups.Keys;

    /// <summary>The latents of one, the most selective first.</summary>
    public IReadOnlyList<ViaLatent> this[string via] => _groups[via];

    /// <summary>Finds the groups on training prompts of several relations.</summary>
    internal static ViaGroups Find(
        TranscoderSites sites, IReadOnlyList<IReadOnlyList<TwoStepPrompt>> relations, ViaRule rule)
    {
        string[] names = [.. relations.SelectMany(prompts => prompts.Select(p => p.Via)).Distinct().Order(StringComparer.Ordinal)];
        Tally[] tallies = [.. relations.Select(prompts => Tally.Of(sites, prompts, names))];
        ViaGroups groups = new(rule);
        foreach ((string name, int via) in names.Select((name, i) => (name, i)))
            groups._groups[name] =
            [
                .. tallies[0].Keys.Select(key => (key, Shares: tallies.Select(tally => tally.ShareOf(key, via)).ToArray(),
                        Fired: tallies.Min(tally => tally.FiredOf(key, via)), Mean: tallies[0].MeanOf(key, via)))
                    .Where(found => found.Fired >= rule.LeastFired && found.Shares.Min() >= rule.LeastShare)
                    .OrderByDescending(found => found.Shares.Min()).ThenBy(found => found.key)
                    .Select(found => new ViaLatent(found.key.Layer, found.key.Latent, found.key.Role, found.Mean, found.Shares.Min())),
            ];
        return groups;
    }

    // What each latent did at each role, by what was on the way.
    sealed class Tally(int[] prompts)
    {
        readonly Dictionary<(int Layer, int Latent, TwoStepRole Role), (double[] Sums, int[] Fired)> _latents = [];

        public IEnumerable<(int Layer, int Latent, TwoStepRole Role)> Keys => _latents.Keys;

        public static Tally Of(TranscoderSites sites, IReadOnlyList<TwoStepPrompt> prompts, string[] names)
        {
            Tally tally = new([.. names.Select(name => prompts.Count(prompt => prompt.Via == name))]);
            foreach (TwoStepPrompt[] some in prompts.Chunk(Together))
            {
                Address[] reads = [.. Enumerable.Range(0, sites.Layers).Select(sites.Read).Distinct()];
                TokenBatch batch = new([.. some.Select(prompt => prompt.Tokens)]);
                using Run run = sites.Model.Run(batch, new Plan { Record = reads, LastLogitsOnly = true });
                for (int layer = 0; layer < sites.Layers; layer++)
                {
                    using Tensor input = sites.Input(layer, run[sites.Read(layer)]);
                    SparseLatents latents = sites.Transcoders.Coders[layer].EncodeSparse(input);
                    for (int p = 0; p < some.Length; p++)
                        foreach (TwoStepRole role in Enum.GetValues<TwoStepRole>())
                            tally.Add(layer, role, Array.IndexOf(names, some[p].Via), latents, (p * batch.Positions) + some[p].At(role));
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
}

/// <summary>When a latent counts as one of something on the way.</summary>
/// <param name="LeastShare">Of the sum of its mean activations over all facts, at least this share is on this one's.</param>
/// <param name="LeastFired">It fires on at least this share of this one's prompts.</param>
public sealed record ViaRule(double LeastShare = 0.4, double LeastFired = 0.3);
