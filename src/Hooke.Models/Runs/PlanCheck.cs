using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>Checks a plan against a model before anything runs.</summary>
internal sealed class PlanCheck(
    TransformerConfig config, TokenBatch tokens, IReadOnlyDictionary<string, Recording> sources, int firstLayer = 0)
{
    /// <summary>Passes a plan that can be carried out and would change what it says it changes.</summary>
    /// <exception cref="InputException">It cannot; the message names the address and says what there is instead.</exception>
    public void Require(Plan plan)
    {
        if (tokens.Positions > config.NCtx)
            throw new InputException(
                $"a prompt has {tokens.Positions} tokens, the model's context {config.NCtx}: shorten the prompt");
        foreach (int id in tokens.Ids)
            if ((uint)id >= (uint)config.DVocab)
                throw new InputException($"token {id} does not exist: this model's tokens are 0..{config.DVocab - 1}");
        foreach (Address address in plan.Record)
            RequireThere(address);
        foreach (Intervention intervention in plan.Interventions)
            RequireEffect(intervention);
        PlanEffects.RequireNoneOverwritten(plan.Interventions);
        if (plan.LastLogitsOnly && plan.Interventions.FirstOrDefault(i => IsFinal(i.At.Site)) is { } late)
            throw new InputException(
                $"{late.At} is computed only at each prompt's last token on this run: ask for all logits to change it");
        RequireOneReading([.. plan.Record, .. plan.Interventions.Select(i => i.At)]);
    }

    void RequireThere(Address address)
    {
        if (address.Layer >= config.NLayers)
            throw new InputException($"{address}: this model has layers 0..{config.NLayers - 1}");
        if (address.Layer < firstLayer || (firstLayer > 0 && (address.Site == Site.Embed || address.Site == Site.PosEmbed)))
            throw new InputException($"{address} comes before layer {firstLayer}, where this run begins");
        int heads = address.Site.Shape is SiteShape.KeyValueHeads or SiteShape.KeyValueHeadScale
            ? config.NKeyValueHeads
            : config.NHeads;
        if (address.Head >= heads)
            throw new InputException($"{address}: this model has heads 0..{heads - 1} there");
        if (address.Neuron >= config.DMlp)
            throw new InputException($"{address}: this model's MLPs have neurons 0..{config.DMlp - 1}");
        if (config.Lack(address.Site) is { } absent)
            throw new InputException($"{address}: this model ({config.Family}) {absent}");
        if (address.Positions is { } positions && !IsWithin(positions, tokens.Positions))
            throw new InputException($"{address}: the longest prompt has positions 0..{tokens.Positions - 1}");
    }

    void RequireEffect(Intervention intervention)
    {
        RequireThere(intervention.At);
        if (intervention.Prompts is { } prompts && !IsWithin(prompts, tokens.Count))
            throw new InputException(
                $"{intervention.At}: there are prompts 0..{tokens.Count - 1}, not all of {intervention.Prompts}");
        (int from, int to) = intervention.Prompts?.Within(tokens.Count) ?? (0, tokens.Count);
        if (intervention.At.Positions is { } positions
            && !tokens.Lengths[from..to].ToArray().Any(length => positions.Within(length) is var (first, end) && first < end))
            throw new InputException($"{intervention.At}: prompts {from}..{to - 1} are too short to have these positions");
        switch (intervention)
        {
            case Replace replace: RequireVector(replace.At, replace.With); break;
            case Add add:
                RequireVector(add.At, [.. add.Direction.Select(d => d * add.Strength)]);
                if (add.Direction.All(d => d * add.Strength == 0))
                    throw new InputException($"adding zero at {add.At} changes nothing");
                break;
            case Scale { Factor: 1 } scale: throw new InputException($"scaling {scale.At} by 1 changes nothing");
            case Scale scale when !float.IsFinite(scale.Factor):
                throw new InputException($"scaling {scale.At} by {scale.Factor} is not possible");
            case Scale { Factor: <= 0 } scale when scale.At.Site == Site.AttnScores: throw Unmasks(scale.At);
            case ZeroAblate zero when zero.At.Site == Site.AttnScores: throw Unmasks(zero.At);
            case Scale { Factor: 0 } or ZeroAblate when intervention.At.Site.Shape == SiteShape.Scale:
                throw new InputException($"{intervention.At} is divided by and cannot be zero: freeze it to another run instead");
            case Patch patch: RequireSource(patch.From, patch.At, sameShape: true); break;
            case Freeze freeze: RequireSource(freeze.To, freeze.At, sameShape: true); break;
            case MeanAblate mean:
                if (mean.At.Site.Shape == SiteShape.Pattern)
                    throw new InputException($"{mean.At} has no mean over positions: patch or freeze it instead");
                RequireSource(mean.Of, mean.At, sameShape: false);
                break;
            case ResampleAblate resample:
                RequireSource(resample.From, resample.At, sameShape: true);
                TokenBatch drawn = sources[resample.From].Tokens;
                if (sources[resample.From].PlainRunOf is not null && drawn.Count > 1
                    && Enumerable.Range(1, drawn.Count - 1).All(i => drawn.Prompt(i).SequenceEqual(drawn.Prompt(0))))
                    throw new InputException(
                        $"resampling {resample.At} among equal prompts changes nothing: give different ones");
                if (sources[resample.From].Tokens.Count != tokens.Count)
                    throw new InputException($"resampling {resample.At} needs a run '{resample.From}' of as many prompts");
                if (tokens.Count < 2)
                    throw new InputException($"resampling {resample.At} among one prompt changes nothing: give more prompts");
                if (resample.At.Site.Shape == SiteShape.Pattern && tokens.Lengths.ToArray().Distinct().Count() > 1)
                    throw new InputException($"resampling {resample.At} needs prompts of equal lengths: patch it instead");
                break;
            case Reroute { Prompts: not null } reroute:
                throw new InputException($"edges into {reroute.At} are cut for all prompts");
            case Reroute reroute: RequireEdges(reroute); break;
        }
    }

    // What is masked has a score of −∞, which zeros would overwrite and a negative factor turn round.
    static InputException Unmasks(Address at) => new(
        $"at {at} this would let queries see later keys: zero attn.hook_pattern instead, or patch the scores");

    static bool IsWithin(PositionRange range, int count) =>
        range.First < 0 ? -range.First <= count : range.Last < count;

    void RequireEdges(Reroute reroute)
    {
        Site at = reroute.At.Site;
        bool perHead = at == Site.QInput || at == Site.KInput || at == Site.VInput;
        if (perHead
            ? reroute.At.Head is null
            : at != Site.MlpIn && !(at == Site.ResidPost && reroute.At.Layer == config.NLayers - 1))
            throw new InputException(
                $"{reroute.At} is not a reader of the residual stream: name hook_q_input, hook_k_input or hook_v_input at "
                + $"one head, hook_mlp_in, or blocks.{config.NLayers - 1}.hook_resid_post for the logits");
        if (reroute.At.Positions is not null || reroute.Sources.Count == 0)
            throw new InputException($"cutting edges into {reroute.At} needs a component, and takes no positions");
        foreach (Address source in reroute.Sources)
        {
            RequireThere(source);
            RequireSource(reroute.From, source, sameShape: true);
            bool isComponent = (source.Site == Site.Result && source.Head is not null) || source.Site == Site.MlpOut
                || (source.Site == Site.ResidPre && source.Layer == 0);
            if (!isComponent || source.Positions is not null)
                throw new InputException(
                    $"{source} is not a component: name blocks.0.hook_resid_pre for the embeddings, "
                    + "attn.hook_result at one head, or hook_mlp_out");
            if (source.Site == Site.Result && config.HasPostNorms)
                throw new InputException(
                    $"{source}: in this model ({config.Family}) heads write to the stream together, through a norm after "
                    + "attention: no edge is one head's alone");
            bool before = source.Layer < reroute.At.Layer || source.Site == Site.ResidPre
                || (source.Layer == reroute.At.Layer
                    && (at == Site.ResidPost || (at == Site.MlpIn && source.Site == Site.Result && !config.IsParallel)));
            if (!before)
                throw new InputException(config.IsParallel && at == Site.MlpIn && source.Layer == reroute.At.Layer
                    ? $"{reroute.At} stands beside {source} and does not read it"
                    : $"{reroute.At} comes before {source} and cannot read it");
        }
    }

    void RequireVector(Address at, IReadOnlyList<float> vector)
    {
        if (at.Site.Shape == SiteShape.Pattern)
            throw new InputException($"{at} takes no constant values: patch or freeze it instead");
        int width = at.Neuron is null ? ShapeOf(at.Site, tokens)[^1] : 1;
        if (vector.Count != width)
            throw new InputException($"{at} is {width} wide, and {vector.Count} values were given");
        if (vector.Any(v => !float.IsFinite(v)))
            throw new InputException($"a value for {at} is not a finite number");
    }

    void RequireSource(string name, Address at, bool sameShape)
    {
        if (!sources.TryGetValue(name, out Recording? recording))
            throw new InputException($"{at} is to come from a run '{name}', which was not given");
        if (!recording.Contains(at))
            throw new InputException($"run '{name}' has not recorded {at.Whole}: add it to its plan's record");
        TokenBatch other = recording.Tokens;
        if (IsFinal(at.Site) && recording[at].Shape.Rank == 2)
            throw new InputException($"run '{name}' has {at.Whole} only at each prompt's last token: ask it for all logits");
        if (!recording[at].Shape.Equals(ShapeOf(at.Site, other)))
            throw new InputException(
                $"run '{name}' has {at.Whole} of shape {recording[at].Shape}, this model {ShapeOf(at.Site, other)}: "
                + "it is another model's");
        bool fits = tokens.Count % other.Count == 0
            && Enumerable.Range(0, tokens.Count).All(i => tokens.Lengths[i] == other.Lengths[i % other.Count]);
        if (sameShape && !fits)
            throw new InputException(
                $"{at}: run '{name}' has {other.Count} prompts of {Text(other)} tokens, this one {tokens.Count} of "
                + $"{Text(tokens)}: prompts that are patched into one another need equal lengths");
    }

    static string Text(TokenBatch of) =>
        string.Join(", ", of.Lengths[..Math.Min(4, of.Count)].ToArray()) + (of.Count > 4 ? ", …" : "");

    static bool IsFinal(Site site) => site == Site.LnFinalScale || site == Site.LnFinalNormalized || site == Site.Logits;

    Shape ShapeOf(Site site, TokenBatch of) => site.Shape switch
    {
        SiteShape.Residual => new(of.Count, of.Positions, config.DModel),
        SiteShape.HeadResidual => new(of.Count, of.Positions, config.NHeads, config.DModel),
        SiteShape.Heads => new(of.Count, of.Positions, config.NHeads, config.DHead),
        SiteShape.KeyValueHeads => new(of.Count, of.Positions, config.NKeyValueHeads, config.DHead),
        SiteShape.Mlp => new(of.Count, of.Positions, config.DMlp),
        SiteShape.Scale => new(of.Count, of.Positions, 1),
        SiteShape.HeadScale => new(of.Count, of.Positions, config.NHeads, 1),
        SiteShape.KeyValueHeadScale => new(of.Count, of.Positions, config.NKeyValueHeads, 1),
        SiteShape.Logits => new(of.Count, of.Positions, config.DVocab),
        _ => new(of.Count, config.NHeads, of.Positions, of.Positions),
    };

    // Where heads read streams of their own, the one norm that they otherwise share is not computed, nor are keys and
    // values that several heads share.
    void RequireOneReading(Address[] touched)
    {
        HashSet<int?> split = [.. touched
            .Where(a => a.Site == Site.QInput || a.Site == Site.KInput || a.Site == Site.VInput)
            .Select(a => a.Layer)];
        Address? shared = touched.FirstOrDefault(a => split.Contains(a.Layer) && IsShared(a.Site));
        if (shared is not null)
            throw new InputException(
                $"{shared} is not there while the heads of layer {shared.Layer} read streams of their own: use two runs");
    }

    bool IsShared(Site site) => site == Site.Ln1Scale || site == Site.Ln1Normalized
        || (site.Shape is SiteShape.KeyValueHeads or SiteShape.KeyValueHeadScale && config.NKeyValueHeads != config.NHeads);
}
