using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>The directions that targets are read along.</summary>
static class Readers
{
    /// <summary>A latent's encoder direction [d_model].</summary>
    public static float[] Encoder(TranscoderSites sites, int layer, int latent)
    {
        Tensor encoder = sites.Transcoders.Coders[layer].Weights.Encoder;
        using Tensor chosen = Tensor.Zeros(1, encoder.Shape[1]);
        chosen.Data[latent] = 1;
        using Tensor direction = Ops.MatMul(chosen, encoder, transposed: true);
        return direction.Data.ToArray();
    }

    /// <summary>W_U of a token less the mean over all tokens [d_model], past the final norm.</summary>
    public static float[] Unembedding(Model model, int token)
    {
        Tensor matrix = model.Weights[model.Config.IsTied ? "embed.W_E" : "unembed.W_U"];
        int tokens = matrix.Shape[0];
        // A row less the mean row, as one product.
        using Tensor chosen = Tensor.Zeros(1, tokens);
        chosen.Data.Fill(-1f / tokens);
        chosen.Data[token] += 1;
        using Tensor direction = Ops.MatMul(chosen, matrix);
        return direction.Data.ToArray();
    }
}
