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
/// on enough prompts about the country's landmarks and enough of what it fires in all is there. So a latent that merely says
/// the capital does not belong: it is silent when the language is asked for.
/// </remarks>
public sealed class ViaGroups
{
    readonly SortedDictionary<string, IReadOnlyList<ViaLatent>> _groups = new(StringComparer.Ordinal);

    ViaGroups(ViaRule rule) => Rule = rule;

    /// <summary>By what latents were chosen.</summary>
    public ViaRule Rule { get; }

    /// <summary>The things on the way, in ordinal order.</summary>
    public IReadOnlyCollection<string> Names => _groups.Keys;

    /// <summary>The latents of one, the most selective first.</summary>
    public IReadOnlyList<ViaLatent> this[string via] => _groups[via];

    /// <summary>The groups by what latents did on training prompts, a tally for each relation.</summary>
    internal static ViaGroups Of(IReadOnlyList<string> names, IReadOnlyList<ViaTally> tallies, ViaRule rule)
    {
        ViaGroups groups = new(rule);
        foreach ((string name, int via) in names.Select((name, i) => (name, i)))
            groups._groups[name] =
            [
                .. tallies[0].Keys.Select(key => (key, Shares: tallies.Select(tally => tally.ShareOf(key, via)).ToArray(),
                        Fired: tallies.Min(tally => tally.FiredOf(key, via)), Mean: tallies[0].MeanOf(key, via)))
                    .Where(found => found.Fired >= rule.LeastFired && found.Shares.Min() >= rule.LeastShare)
                    .OrderByDescending(found => found.Shares.Min()).ThenBy(found => found.key)
                    .Select(found => new ViaLatent(
                        found.key.Layer, found.key.Latent, found.key.Role, found.Mean, found.Shares.Min())),
            ];
        return groups;
    }
}

/// <summary>When a latent counts as one of something on the way.</summary>
/// <param name="LeastShare">
/// Of the sum of its mean activations over all facts, at least this share is on this one's: of 24 countries a latent that
/// knows of none has 1/24 on each. Codes are shared: a latent may be of several countries.
/// </param>
/// <param name="LeastFired">It fires on at least this share of this one's prompts.</param>
public sealed record ViaRule(double LeastShare = 0.1, double LeastFired = 0.3);
