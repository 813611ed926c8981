using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>
/// Changes latents in the real model: (value − activation) · W_dec is added wherever the latent writes, and the model goes on.
/// </summary>
/// <remarks>
/// What the transcoders miss of the MLPs stays in, so that setting latents to what they are changes nothing. Source:
/// <c>feature_intervention</c> of circuit-tracer.
/// </remarks>
/// <param name="sites">The model and its transcoders.</param>
public sealed class LatentInterventions(TranscoderSites sites)
{
    /// <summary>Runs a prompt with latents set to values.</summary>
    /// <param name="tokens">The prompt.</param>
    /// <param name="interventions">Which latents, where, to what; the last word on a latent holds.</param>
    /// <param name="rules">What is held; null for attention patterns alone.</param>
    /// <exception cref="InputException">A latent, layer or position does not exist, or the prompt is too long.</exception>
    public LatentRun Run(
        IReadOnlyList<int> tokens, IReadOnlyList<LatentIntervention> interventions, LatentRules? rules = null) =>
        Run(tokens, interventions, rules ?? LatentRules.Reacting, tokens.Count);

    /// <summary>Goes on from a prompt with latents set to values; open-ended ones hold at new positions too.</summary>
    /// <remarks>
    /// What rules hold is held at the prompt's positions; at new ones nothing is. Each token takes runs of the whole
    /// sequence, one more than there are layers with interventions.
    /// </remarks>
    /// <param name="tokens">The prompt.</param>
    /// <param name="interventions">Which latents, where, to what.</param>
    /// <param name="how">For how long, and how tokens are chosen; null for the likeliest.</param>
    /// <param name="rules">What is held; null for attention patterns alone.</param>
    /// <exception cref="InputException">A latent, layer or position does not exist, or the context is too short.</exception>
    public IEnumerable<NewToken> Generate(
        IReadOnlyList<int> tokens, IReadOnlyList<LatentIntervention> interventions, Generation? how = null,
        LatentRules? rules = null)
    {
        how ??= new();
        how.Require();
        TokenChoice choice = new(how);
        if (tokens.Count + (long)how.MaxNewTokens > sites.Model.Config.NCtx)
            throw new InputException($"a prompt of {tokens.Count} tokens and {how.MaxNewTokens} new ones do not fit the model's "
                + $"context of {sites.Model.Config.NCtx}");
        return Go();

        IEnumerable<NewToken> Go()
        {
            HashSet<int> stops = [.. how.StopTokens ?? sites.Model.StopTokens];
            List<int> sequence = [.. tokens];
            for (int step = 0; step < how.MaxNewTokens; step++)
            {
                using LatentRun run = Run(sequence, interventions, rules ?? LatentRules.Reacting, tokens.Count);
                ReadOnlySpan<float> logits = run.Run.LastLogits(0);
                int token = choice.Of(logits, sequence, 0, step);
                NewToken added = new(0, step, token, logits[token]);
                sequence.Add(token);
                yield return added;
                if (stops.Contains(token))
                    yield break;
            }
        }
    }

    LatentRun Run(
        IReadOnlyList<int> tokens, IReadOnlyList<LatentIntervention> interventions, LatentRules rules, int prompt)
    {
        foreach (LatentIntervention intervention in interventions)
            Require(intervention, prompt, tokens.Count);
        using HeldPrompt held = new(sites, tokens, rules, prompt);
        Address[] reads = [.. Enumerable.Range(0, sites.Layers).Select(sites.Read).Distinct()];
        (Run run, Plan plan) = held.Run([new Variant(interventions, [])], reads);
        return new LatentRun(sites, run, plan);
    }

    void Require(LatentIntervention intervention, int prompt, int length)
    {
        if ((uint)intervention.Layer >= (uint)sites.Layers)
            throw new InputException($"{intervention}: the set has layers 0..{sites.Layers - 1}");
        int latents = sites.Transcoders.Coders[intervention.Layer].Config.NLatents;
        if ((uint)intervention.Latent >= (uint)latents)
            throw new InputException($"{intervention}: layer {intervention.Layer} has latents 0..{latents - 1}");
        if (!float.IsFinite(intervention.Value))
            throw new InputException($"{intervention}: an activation is a finite number");
        intervention.Within(prompt, length);
    }
}
