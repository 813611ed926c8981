using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>Logits as directions in the last residual stream, before a soft cap that may follow.</summary>
static class LogitRows
{
    /// <summary>Σ factor · logit, perhaps less the mean of all logits, at the prompt's last position.</summary>
    public static Injection Inject(
        LocalReplacement replacement, SourceSpace space, IReadOnlyList<(int Token, float Factor)> tokens, bool minusMean)
    {
        Tensor matrix = Unembedding(replacement.Model);
        int width = matrix.Shape[1], position = replacement.Tokens.Count - 1;
        float[] gradient = minusMean ? [.. Mean(matrix).Select(mean => -mean)] : new float[width];
        foreach ((int token, float factor) in tokens)
        {
            using Tensor row = Ops.Gather(matrix, [token]);
            for (int i = 0; i < width; i++)
                gradient[i] += factor * row.Data[i];
        }
        List<(int, float)> constants = [];
        int layers = replacement.Model.Config.NLayers;
        if (space.Weight("ln_final.b") is { } normBias)
            constants.Add((space.Bias(BiasPart.FinalNorm, layers), Reduce.Dot(gradient, normBias.Data)));
        if (space.Weight("unembed.b_U") is { } bias)
            constants.Add((space.Bias(BiasPart.Unembedding, layers),
                tokens.Sum(t => t.Factor * bias.Data[t.Token]) - (minusMean ? Reduce.Sum(bias.Data) / bias.Shape.Count : 0)));
        replacement.FinalPath.PullBack(gradient, position);
        return new(2 * layers, position, gradient, constants);
    }

    static Tensor Unembedding(Model model) => FrozenNorm.Weight(model, "unembed.W_U") ?? model.Weights["embed.W_E"];

    // By products with ones, so that a packed matrix need not be unpacked.
    static float[] Mean(Tensor matrix)
    {
        using Tensor ones = Tensor.Zeros(1, matrix.Shape[0]);
        ones.Data.Fill(1f / matrix.Shape[0]);
        using Tensor mean = Ops.MatMul(ones, matrix);
        return mean.Data.ToArray();
    }
}
