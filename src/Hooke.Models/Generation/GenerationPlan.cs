using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>Checks a plan that is to hold while tokens are added, and fixes the positions it speaks of.</summary>
/// <remarks>
/// Positions are those of the whole sequence, new tokens included; negative ones count from the end of the prompt. An
/// intervention without a position holds at every position. A plan resolved here does at each step what it would do to the
/// same positions in a run of the whole sequence.
/// </remarks>
internal sealed class GenerationPlan(
    TransformerConfig config, TokenBatch prompts, int newTokens, IReadOnlyDictionary<string, Recording> sources)
{
    /// <summary>The plan with every position counted from the start.</summary>
    /// <exception cref="InputException">It cannot be carried out while tokens are added, or the context is too short.</exception>
    public Plan Resolve(Plan plan)
    {
        if (prompts.Positions + (long)newTokens > config.NCtx)
            throw new InputException(
                $"a prompt of {prompts.Positions} tokens and {newTokens} new ones do not fit the model's context of "
                + $"{config.NCtx}: "
                + (prompts.Positions < config.NCtx ? $"ask for at most {config.NCtx - prompts.Positions}, or " : "")
                + "shorten the prompt");
        if (plan.Record.Count > 0)
            throw new InputException(
                $"{plan.Record[0]} cannot be recorded while tokens are added: run the finished sequence with the plan");
        foreach (Intervention intervention in plan.Interventions)
            RequirePossible(intervention);
        Intervention[] resolved = [.. plan.Interventions.SelectMany(FromTheStart)];
        bool lastOnly = !resolved.Any(i => i.At.Site == Site.Logits || i.At.Site == Site.LnFinalScale
            || i.At.Site == Site.LnFinalNormalized);
        // What a mean asks of its source is all that any intervention can before its positions are known.
        Plan checkable = new() { Interventions = [.. resolved.Select(WithoutLengths)], LastLogitsOnly = lastOnly };
        new PlanCheck(config, Final(), sources).Require(checkable);
        foreach (Intervention intervention in resolved)
            RequirePositions(intervention);
        return new Plan { Interventions = resolved, LastLogitsOnly = lastOnly };
    }

    // All positions that are computed: the last new token is chosen and never read.
    TokenBatch Final() => new([.. Enumerable.Range(0, prompts.Count)
        .Select(b => (int[])[.. prompts.Prompt(b), .. new int[newTokens - 1]])]);

    void RequirePossible(Intervention intervention)
    {
        Address at = intervention.At;
        string? problem = intervention switch
        {
            Reroute => "edges cannot be cut while tokens are added: cut them in a run of the finished sequence",
            ResampleAblate => "resampling is from prompts of the same lengths, and these grow: patch or mean-ablate instead",
            Patch or Freeze when at.Site.Shape == SiteShape.Pattern =>
                "a row of another run's pattern is as long as that run, and these grow: change queries, keys or values instead",
            _ when (at.Site == Site.QInput || at.Site == Site.KInput || at.Site == Site.VInput)
                && config.NHeads != config.NKeyValueHeads =>
                "heads that share keys and values cannot read streams of their own while tokens are added",
            _ => null,
        };
        if (problem is not null)
            throw new InputException($"{at}: {problem}");
    }

    // The end of a prompt is another position for each prompt, so such an intervention becomes one for each.
    IEnumerable<Intervention> FromTheStart(Intervention intervention)
    {
        if (intervention.At.Positions is not { First: < 0 } positions)
            return [intervention];
        (int from, int to) = intervention.Prompts?.Within(prompts.Count) ?? (0, prompts.Count);
        List<Intervention> each = [];
        for (int b = from; b < to; b++)
            if (positions.Within(prompts.Lengths[b]) is var (first, end) && first < end)
                each.Add(intervention with
                {
                    At = new Address(
                        intervention.At.Site, intervention.At.Layer, intervention.At.Head, new PositionRange(first, end - 1),
                        intervention.At.Neuron),
                    Prompts = new PositionRange(b, b),
                });
        return each.Count > 0 ? each : throw new InputException(
            $"{intervention.At}: no prompt has these positions, which count from its end");
    }

    static Intervention WithoutLengths(Intervention intervention) => intervention switch
    {
        Patch patch => new MeanAblate(patch.At, patch.From) { Prompts = patch.Prompts },
        Freeze freeze => new MeanAblate(freeze.At, freeze.To) { Prompts = freeze.Prompts },
        _ => intervention,
    };

    void RequirePositions(Intervention intervention)
    {
        string? name = intervention switch { Patch patch => patch.From, Freeze freeze => freeze.To, _ => null };
        if (name is null)
            return;
        TokenBatch other = sources[name].Tokens;
        if (prompts.Count % other.Count != 0)
            throw new InputException(
                $"{intervention.At}: run '{name}' has {other.Count} prompts, which do not go evenly into {prompts.Count}");
        (int from, int to) = intervention.Prompts?.Within(prompts.Count) ?? (0, prompts.Count);
        for (int b = from; b < to; b++)
        {
            int computed = prompts.Lengths[b] + newTokens - 1, has = other.Lengths[b % other.Count];
            (int _, int end) = intervention.At.Positions?.Within(computed) ?? (0, computed);
            if (end > has)
                throw new InputException(
                    $"{intervention.At} of prompt {b} is wanted up to position {end - 1}, and run '{name}' has 0..{has - 1}: "
                    + $"name positions with :pos=, or record a run of {end} tokens");
        }
    }
}
