using System.Globalization;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>A logit less the mean of all.</summary>
sealed record LogitTarget(int Id, string Text, double Probability) : TraceTarget(Text, Probability)
{
    internal override Injection Inject(LocalReplacement replacement, SourceSpace space) =>
        LogitRows.Inject(replacement, space, [(Id, 1)], minusMean: true);

    internal override TraceNode Node(LocalReplacement replacement) => new()
    {
        Kind = TraceNodeKind.Target,
        Layer = replacement.Model.Config.NLayers,
        Position = replacement.Tokens.Count - 1,
        Index = Id,
        Name = Name,
        Value = (float)Weight,
    };
}

/// <summary>A logit less another.</summary>
sealed record DifferenceTarget(int Id, int Other, string Text) : TraceTarget(Text, 1)
{
    internal override Injection Inject(LocalReplacement replacement, SourceSpace space) =>
        LogitRows.Inject(replacement, space, [(Id, 1), (Other, -1)], minusMean: false);

    internal override TraceNode Node(LocalReplacement replacement) => new()
    {
        Kind = TraceNodeKind.Target,
        Layer = replacement.Model.Config.NLayers,
        Position = replacement.Tokens.Count - 1,
        Name = Name,
    };
}

/// <summary>A latent's pre-activation.</summary>
sealed record LatentTarget(int Layer, int Position, int Index) : TraceTarget(
    string.Create(CultureInfo.InvariantCulture, $"latent {Index} of layer {Layer} at position {Position}"), 1)
{
    internal override Injection Inject(LocalReplacement replacement, SourceSpace space)
    {
        if (Layer < 0 || Layer >= replacement.Coders.Coders.Count || Position < 0 || Position >= replacement.Tokens.Count
            || Index < 0 || Index >= replacement.Coders.Coders[Layer].Config.NLatents)
            throw new InputException($"there is no {Name}: the model has layers 0 to {replacement.Coders.Coders.Count - 1}, the "
                + $"prompt positions 0 to {replacement.Tokens.Count - 1} and the layer its dictionary's latents");
        return new LatentRows(replacement, space).Of([(Layer, Position, Index)])[0];
    }

    internal override TraceNode Node(LocalReplacement replacement) => new()
    {
        Kind = TraceNodeKind.Target,
        Layer = Layer,
        Position = Position,
        Name = Name,
    };
}

/// <summary>A direction at an address.</summary>
sealed record DirectionTarget(Address At, IReadOnlyList<float> Vector, string Text) : TraceTarget(Text, 1)
{
    internal override Injection Inject(LocalReplacement replacement, SourceSpace space)
    {
        TransformerConfig config = replacement.Model.Config;
        Address scale = (At.Site == Site.Ln1Normalized ? Site.Ln1Scale : At.Site == Site.Ln2Normalized ? Site.Ln2Scale
            : At.Site == Site.LnFinalNormalized ? Site.LnFinalScale : At.Site).At(At.Layer);
        using Run run = replacement.Model.Run(new TokenBatch([replacement.Tokens]), new Plan { Record = [scale] });
        if (Vector.Count != config.DModel || Vector.Any(v => !float.IsFinite(v)))
            throw new InputException($"a direction at {At} has {config.DModel} finite numbers, but {Vector.Count} were given, or "
                + "some that are not finite");
        (int layer, int position) = (At.Layer ?? config.NLayers, PositionOf(replacement));
        int entering = 2 * layer, mid = config.IsParallel ? entering : entering + 1;
        float[] gradient = [.. Vector];
        if (At.Site == Site.AttnOut)
            return new(entering + 1, position, gradient, [], IsAttentionOnly: true);
        int point = At.Site == Site.ResidPre || At.Site == Site.Ln1Normalized || At.Site == Site.LnFinalNormalized ? entering
            : At.Site == Site.ResidMid || At.Site == Site.MlpIn || At.Site == Site.Ln2Normalized ? mid
            : At.Site == Site.ResidPost ? entering + 2
            : throw new InputException($"{At} is not linear in what is traced, or no place of the stream: name a direction at "
            + "hook_resid_pre, hook_resid_mid, hook_resid_post, hook_mlp_in, hook_attn_out, or at hook_normalized of ln1, ln2 "
            + "or ln_final");
        if (At.Site == Site.Ln1Normalized || At.Site == Site.Ln2Normalized || At.Site == Site.LnFinalNormalized)
            new FrozenPath(null, config.IsLayerNorm, run[scale].Data.ToArray()).PullBack(gradient, position);
        return new(point, position, gradient, []);
    }

    internal override TraceNode Node(LocalReplacement replacement) => new()
    {
        Kind = TraceNodeKind.Target,
        Layer = At.Layer ?? replacement.Model.Config.NLayers,
        Position = PositionOf(replacement),
        Name = Name,
    };

    int PositionOf(LocalReplacement replacement)
    {
        if (At.Positions is not { } range || range.First != range.Last)
            throw new InputException($"a direction is traced at one position: write {At.Whole}:pos=-1, for the last");
        int position = range.First < 0 ? replacement.Tokens.Count + range.First : range.First;
        return position >= 0 && position < replacement.Tokens.Count ? position
            : throw new InputException($"{At} is not in the prompt, which has positions 0 to {replacement.Tokens.Count - 1}");
    }
}
