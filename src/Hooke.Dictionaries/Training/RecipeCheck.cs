using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>Refuses recipes that cannot be, or do not fit where coders read and write.</summary>
static class RecipeCheck
{
    /// <exception cref="InputException">Something cannot be; the message says what.</exception>
    public static void Require(TrainingRecipe recipe, IReadOnlyList<CoderPlace> places)
    {
        RequireKind(recipe);
        RequireWidths(recipe);
        RequireSparsity(recipe);
        RequireNumbers(recipe);
        RequireRevival(recipe);
        if (places.Count == 0)
            throw Bad("no place to train a coder for is named");
        foreach (CoderPlace place in places)
            RequirePlace(recipe, place);
        if (places.Count > 1 && places.SelectMany(place => place.Outputs).Any(site => site.Name is null))
            throw Bad("coders that are trained together must name what they write, so that what they write together is summed");
        foreach (IGrouping<string, CoderSite> sites in places.SelectMany(place => place.Outputs)
            .Where(site => site.Name is not null).GroupBy(site => site.Name!))
            if (sites.Distinct().Count() > 1)
                throw Bad($"{sites.Key} is written with widths "
                    + string.Join(" and ", sites.Select(site => site.Width).Distinct()));
    }

    static void RequireKind(TrainingRecipe recipe)
    {
        if (recipe.Kind == CoderKind.GroupMax || !Enum.IsDefined(recipe.Kind))
            throw Bad($"{recipe.Kind} is not trained; take Relu, Gated, TopK, BatchTopK or JumpRelu");
        if (recipe.NLatents < 1)
            throw Bad($"n_latents is {recipe.NLatents}; a coder needs at least 1");
        if (recipe.Steps < 1)
            throw Bad($"steps is {recipe.Steps}; training takes at least 1");
        bool ranks = recipe.Kind is CoderKind.TopK or CoderKind.BatchTopK;
        if (ranks && recipe.K is null)
            throw Bad($"{recipe.Kind} needs k, the number of active latents");
        if (!ranks && recipe.K is not null)
            throw Bad("k is for TopK and BatchTopK; how many latents of a "
                + $"{recipe.Kind} coder are active follows from its penalty");
        if (recipe.K is { } k && (k < 1 || k > recipe.NLatents))
            throw Bad($"k is {k}, but of {recipe.NLatents} latents 1 to {recipe.NLatents} can be active");
        if (!ranks && recipe.RanksByDecoderNorm)
            throw Bad($"only TopK and BatchTopK rank latents; {recipe.Kind} does not");
    }

    static void RequireWidths(TrainingRecipe recipe)
    {
        if (recipe.Widths is not { } widths)
            return;
        if (recipe.Kind is not (CoderKind.TopK or CoderKind.BatchTopK))
            throw Bad($"nested widths are for TopK and BatchTopK, not {recipe.Kind}");
        if (widths.Count == 0 || widths[0] < 1 || widths.Zip(widths.Skip(1)).Any(pair => pair.Second <= pair.First)
            || widths[^1] != recipe.NLatents)
            throw Bad($"nested widths must rise from at least 1 to n_latents, {recipe.NLatents}; they are "
                + $"[{string.Join(", ", widths)}]");
    }

    static void RequireSparsity(TrainingRecipe recipe)
    {
        if (recipe.Sparsity is not { } sparsity)
            return;
        bool counts = sparsity.Penalty is SparsityPenalty.L0 or SparsityPenalty.L0Target;
        if (counts && recipe.Kind != CoderKind.JumpRelu)
            throw Bad($"a penalty on the count ({sparsity.Penalty}) has a slope for JumpRelu only, not for {recipe.Kind}");
        if (sparsity.Penalty == SparsityPenalty.L0Target && !(sparsity.TargetL0 > 0))
            throw Bad($"the penalty L0Target needs target_l0 above 0; it is {sparsity.TargetL0}");
        if (!(sparsity.FinalPower is > 0 and <= 1) || (sparsity.FinalPower < 1 && sparsity.Penalty != SparsityPenalty.L1))
            throw Bad($"final_power is {sparsity.FinalPower}; the power of an L1 penalty falls to one above 0 and at most 1");
        RequireAtLeast(0, ("sparsity.coefficient", sparsity.Coefficient), ("sparsity.tanh_scale", sparsity.TanhScale),
            ("sparsity.warm_up_steps", sparsity.WarmUpSteps), ("sparsity.anneal_from", sparsity.AnnealFrom));
    }

    static void RequireNumbers(TrainingRecipe recipe)
    {
        OptimizerRecipe optimizer = recipe.Optimizer;
        RequireAtLeast(0, ("optimizer.learning_rate", optimizer.LearningRate), ("optimizer.weight_decay", optimizer.WeightDecay),
            ("optimizer.warm_up_steps", optimizer.WarmUpSteps), ("optimizer.decay_steps", optimizer.DecaySteps),
            ("optimizer.final_share", optimizer.FinalShare), ("optimizer.beta1", optimizer.Beta1),
            ("optimizer.beta2", optimizer.Beta2));
        RequireAbove(0, ("optimizer.learning_rate", optimizer.LearningRate), ("optimizer.epsilon", optimizer.Epsilon),
            ("optimizer.max_gradient_norm", optimizer.MaxGradientNorm ?? 1), ("decoder.initial_norm", recipe.Decoder.InitialNorm),
            ("threshold.initial", recipe.Threshold.Initial), ("threshold.bandwidth", recipe.Threshold.Bandwidth),
            ("threshold.rate", recipe.Threshold.Rate));
        if (optimizer.Beta1 >= 1 || optimizer.Beta2 >= 1)
            throw Bad($"beta1 and beta2 must be below 1; they are {optimizer.Beta1} and {optimizer.Beta2}");
        if (recipe.Threshold.Rate > 1 || optimizer.FinalShare > 1)
            throw Bad($"threshold.rate and optimizer.final_share are shares, at most 1; they are {recipe.Threshold.Rate} and "
                + $"{optimizer.FinalShare}");
    }

    static void RequireRevival(TrainingRecipe recipe)
    {
        RevivalRecipe revival = recipe.Revival;
        RequireAtLeast(0, ("revival.aux_k", revival.AuxK ?? 0), ("revival.aux_coefficient", revival.AuxCoefficient),
            ("revival.pre_activation", revival.PreActivation));
        if (revival.DeadAfter < 1)
            throw Bad($"revival.dead_after is {revival.DeadAfter}; it takes at least 1 row without activation to be dead");
        if (revival.AuxK > 0 && recipe.Kind == CoderKind.Gated)
            throw Bad("a gated coder has an auxiliary part of its own; leave revival.aux_k out");
        if (revival.AuxK > recipe.NLatents)
            throw Bad($"revival.aux_k is {revival.AuxK}, but there are {recipe.NLatents} latents");
        if (revival.PreActivation > 0 && recipe.Kind != CoderKind.JumpRelu)
            throw Bad($"revival.pre_activation is for JumpRelu, which has thresholds, not for {recipe.Kind}");
        if (revival.ResampleAt?.Any(step => step < 1) == true)
            throw Bad("revival.resample_at names steps before which latents start anew: 1 or later");
    }

    static void RequirePlace(TrainingRecipe recipe, CoderPlace place)
    {
        int read = place.Inputs.Sum(site => site.Width), written = place.Outputs.Sum(site => site.Width);
        if (place.Inputs.Count == 0 || place.Outputs.Count == 0 || place.Inputs.Concat(place.Outputs).Any(site => site.Width < 1))
            throw Bad("a coder must read and write at least one site, each at least 1 wide");
        if (place.Outputs.Distinct().Count() < place.Outputs.Count)
            throw Bad($"a coder writes {place.Outputs.GroupBy(site => site).First(group => group.Count() > 1).Key} twice");
        if (recipe.SubtractsDecoderBias == true && read != written)
            throw Bad($"the decoder's bias is {written} wide and cannot be taken from an input {read} wide");
        if (recipe.HasSkip && place.Inputs.Count > 1)
            throw Bad("a crosscoder has no skip: it reads several sites");
    }

    static void RequireAtLeast(float least, params ReadOnlySpan<(string Name, float Value)> numbers)
    {
        foreach ((string name, float value) in numbers)
            if (!(value >= least) || float.IsInfinity(value))
                throw Bad($"{name} is {value}; give a number of at least {least}");
    }

    static void RequireAbove(float bound, params ReadOnlySpan<(string Name, float Value)> numbers)
    {
        foreach ((string name, float value) in numbers)
            if (!(value > bound) || float.IsInfinity(value))
                throw Bad($"{name} is {value}; give a number above {bound}");
    }

    static InputException Bad(string what) => new($"this recipe cannot be: {what}");
}
