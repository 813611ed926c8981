using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>A head's queries and keys on a prompt, divided up by node, norm scales held and turned by their positions.</summary>
sealed class HeadSide(
    TranscoderSites sites, FrozenStream stream, PromptNodes nodes, Tensor[] constants, int layer, int head)
{
    /// <summary>What each node gives a query [node][d_head], and at the end what biases give.</summary>
    public float[][] Queries(int position) =>
        Parts("Q", head, position, Site.QNormScale, "q_norm", sites.Model.Config.NHeads);

    /// <summary>What each node gives a key [node][d_head], and at the end what biases give.</summary>
    public float[][] Keys(int position)
    {
        TransformerConfig config = sites.Model.Config;
        return Parts("K", head / (config.NHeads / config.NKeyValueHeads), position, Site.KNormScale, "k_norm",
            config.NKeyValueHeads);
    }

    float[][] Parts(string which, int own, int position, Site normScale, string norm, int heads)
    {
        (TransformerConfig config, TransformerWeights weights) = (sites.Model.Config, sites.Model.Weights);
        (string block, int width) = ($"blocks.{layer}.", config.DHead);
        float[,] turn = Turn(position);
        if (config.HasQKNorm)
        {
            float scale = stream.Run[normScale.At(layer)].Data[(position * heads) + own];
            Tensor gain = weights.Gain($"{block}attn.{norm}")!;
            for (int i = 0; i < width; i++)
                for (int j = 0; j < width; j++)
                    turn[i, j] *= gain.Data[j] / scale;
        }
        float[][] parts = [.. Enumerable.Range(0, nodes.Nodes.Count + 1).Select(_ => new float[width])];
        for (int i = 0; i < width; i++)
        {
            (float[] direction, double bias) = Direction(which, own, turn, i, position);
            Tensor[] gradients = stream.Pull(2 * layer, position, direction, moves: true);
            float[] given = nodes.Read(gradients);
            FrozenStream.Dispose(gradients);
            for (int n = 0; n < given.Length; n++)
                parts[n][i] = given[n];
            ReadOnlySpan<float> fixedStream = constants[2 * layer].Data.Slice(position * direction.Length, direction.Length);
            for (int d = 0; d < direction.Length; d++)
                bias += (double)direction[d] * fixedStream[d];
            parts[^1][i] = (float)bias;
        }
        return parts;
    }

    // The direction of the stream that gives one element of the turned query or key, and what biases add to it.
    (float[] Direction, double Bias) Direction(string which, int own, float[,] turn, int i, int position)
    {
        Model model = sites.Model;
        (int width, string block) = (model.Config.DHead, $"blocks.{layer}.");
        using Tensor row = Tensor.Zeros(1, model.Weights[$"{block}attn.W_{which}"].Shape[1]);
        for (int j = 0; j < width; j++)
            row.Data[(own * width) + j] = turn[i, j];
        using Tensor read = Ops.MatMul(row, model.Weights[$"{block}attn.W_{which}"], transposed: true);
        double bias = FrozenNorm.Weight(model, $"{block}attn.b_{which}") is { } own0 ? Dot(row.Data, own0.Data) : 0;
        if (model.Config.Positions == PositionKind.LearnedInAttention)
            bias += Dot(read.Data, model.Weights["pos_embed.W_pos"].Data.Slice(position * read.Shape[1], read.Shape[1]));
        if (FrozenNorm.Of(model, $"{block}ln1") is not { } norm)
            return (read.Data.ToArray(), bias);
        if (norm.Bias is { } normBias)
            bias += Dot(read.Data, normBias.Data);
        using Tensor scale = Tensor.From([stream.Run[Site.Ln1Scale.At(layer)].Data[position]], 1, 1);
        using Tensor pulled = norm.Pull(read, scale);
        return (pulled.Data.ToArray(), bias);
    }

    // turned[i] = Σⱼ turn[i, j] · straight[j]
    float[,] Turn(int position)
    {
        int width = sites.Model.Config.DHead;
        float[,] turn = new float[width, width];
        for (int j = 0; j < width; j++)
            turn[j, j] = 1;
        if (sites.Model.Config.RotaryOf(layer) is not { } rotary)
            return turn;
        RotaryTable table = new(rotary.Frequencies(width), position + 1);
        using Tensor units = Tensor.Zeros(width, 1, 1, width);
        for (int j = 0; j < width; j++)
            units.Data[(j * width) + j] = 1;
        using Tensor turned = Ops.Rotate(units, table, [.. Enumerable.Repeat(position, width)]);
        for (int j = 0; j < width; j++)
            for (int i = 0; i < width; i++)
                turn[i, j] = turned.Data[(j * width) + i];
        return turn;
    }

    static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += (double)a[i] * b[i];
        return sum;
    }
}
