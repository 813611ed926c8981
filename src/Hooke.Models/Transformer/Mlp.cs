using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>One layer's MLP.</summary>
internal sealed class Mlp(TransformerConfig config, BlockWeights block, int layer, Hooks hooks)
{
    /// <summary>What the MLP writes [batch, pos, d_model], before a norm that may follow.</summary>
    public Tensor Out(Tensor residual)
    {
        Norm norm = new(block.Ln2, config.NormEpsilon, config.IsLayerNorm, Site.Ln2Scale, Site.Ln2Normalized);
        using Tensor normed = norm.Apply(residual, layer, hooks);
        if (block.Gate is not { } gate)
        {
            using Tensor pre = hooks.Visit(Site.MlpPre, layer, block.In.Apply(normed));
            using Tensor post = hooks.Visit(Site.MlpPost, layer, Ops.Activate(pre, config.Activation));
            return block.Out.Apply(post);
        }
        using Tensor gatePre = hooks.Visit(Site.MlpPre, layer, gate.Apply(normed));
        using Tensor linear = hooks.Visit(Site.MlpPreLinear, layer, block.In.Apply(normed));
        using Tensor activated = Ops.Activate(gatePre, config.Activation);
        using Tensor gated = hooks.Visit(Site.MlpPost, layer, Ops.Multiply(activated, linear));
        return block.Out.Apply(gated);
    }
}
