using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>
/// One layer with its attention pattern and norm scales held at a prompt's values: the linear map that its attention is, and
/// the paths from the stream to what latents read and from what they write to the stream.
/// </summary>
/// <remarks>
/// Attention is x ↦ Σₕ Pₕ (x V_g) O_h. The norm before it goes into V, the one after it into O, and their scales, one for each
/// position, into the pattern: P[i, j] / (s_after[i] · s_before[j]).
/// </remarks>
sealed class FrozenLayer : IDisposable
{
    readonly int _keyValueHeads;

    FrozenLayer(Tensor pattern, Tensor value, Tensor output, int keyValueHeads, FrozenPath reads, FrozenPath writes) =>
        (Pattern, Value, Output, _keyValueHeads, Reads, Writes) = (pattern, value, output, keyValueHeads, reads, writes);

    /// <summary>[head, query_pos, key_pos], scales divided out.</summary>
    public Tensor Pattern { get; }

    /// <summary>V [d_model, kv_head · d_head].</summary>
    public Tensor Value { get; }

    /// <summary>O [head · d_head, d_model].</summary>
    public Tensor Output { get; }

    /// <summary>From the stream to what latents read.</summary>
    public FrozenPath Reads { get; }

    /// <summary>From what latents write to what the MLP adds to the stream.</summary>
    public FrozenPath Writes { get; }

    /// <summary>A layer of a run that recorded <see cref="Needed"/>.</summary>
    public static FrozenLayer Of(Model model, Recording run, TranscoderSites sites, int layer)
    {
        (TransformerConfig config, TransformerWeights weights) = (model.Config, model.Weights);
        FrozenNorm? before = FrozenNorm.Of(model, $"blocks.{layer}.ln1"), after = FrozenNorm.AfterAttention(model, layer);
        Tensor? scalesBefore = before is null ? null : run[Site.Ln1Scale.At(layer)];
        Tensor? scalesAfter = after is null ? null : run[Site.Ln1PostScale.At(layer)];
        FrozenPath reads = !sites.ReadsNorm ? FrozenPath.None : FrozenPath.Through(
            FrozenNorm.Of(model, $"blocks.{layer}.ln2"), run[Site.Ln2Scale.At(layer)], sites.ReadsGain);
        FrozenPath writes = !sites.WritesBeforeNorm ? FrozenPath.None : FrozenPath.Through(
            FrozenNorm.AfterMlp(model, layer), run[Site.Ln2PostScale.At(layer)], withGain: true);
        return new(Scaled(run[Site.Pattern.At(layer)], scalesBefore, scalesAfter),
            ValueThrough(weights[$"blocks.{layer}.attn.W_V"], before).AsConstant(transposed: true),
            OutputThrough(weights[$"blocks.{layer}.attn.W_O"], after).AsConstant(transposed: true),
            config.NKeyValueHeads, reads, writes);
    }

    /// <summary>What a run has to record for a layer.</summary>
    public static IEnumerable<Address> Needed(Model model, TranscoderSites sites, int layer)
    {
        yield return Site.Pattern.At(layer);
        if (model.Config.HasNorms)
            yield return Site.Ln1Scale.At(layer);
        if (model.Config.HasPostNorms)
            yield return Site.Ln1PostScale.At(layer);
        if (sites.ReadsNorm)
            yield return Site.Ln2Scale.At(layer);
        if (sites.WritesBeforeNorm)
            yield return Site.Ln2PostScale.At(layer);
        yield return sites.Read(layer);
        yield return sites.Write(layer);
    }

    /// <summary>
    /// Gradients with respect to what attention adds [Σ lengths, d_model] become those with respect to what it reads.
    /// </summary>
    public Tensor AttentionBack(Tensor gradients, ReadOnlySpan<int> lengths)
    {
        if (lengths.Length == 0)
            return gradients.Share();
        using Tensor together = Ops.MatMul(gradients, Output, transposed: true), z = AsHeads(together);
        using Tensor v = Ops.MixBack(Pattern, z, lengths, _keyValueHeads), flat = v.Reshape(v.Shape[0], Value.Shape[1]);
        return Ops.MatMul(flat, Value, transposed: true);
    }

    /// <summary>The same for gradients [n, d_model] that are zero but at their last position.</summary>
    public Tensor AttentionBackFromLast(Tensor gradients, ReadOnlySpan<int> lengths)
    {
        if (lengths.Length == 0)
            return gradients.Share();
        using Tensor together = Ops.MatMul(gradients, Output, transposed: true), z = AsHeads(together);
        using Tensor v = Ops.MixBackFromLast(Pattern, z, lengths, _keyValueHeads);
        using Tensor flat = v.Reshape(v.Shape[0], Value.Shape[1]);
        return Ops.MatMul(flat, Value, transposed: true);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Pattern.Dispose();
        Value.Dispose();
        Output.Dispose();
    }

    Tensor AsHeads(Tensor z) => z.Reshape(z.Shape[0], Pattern.Shape[0], z.Shape[1] / Pattern.Shape[0]);

    static Tensor Scaled(Tensor pattern, Tensor? before, Tensor? after)
    {
        (int heads, int positions) = (pattern.Shape[1], pattern.Shape[2]);
        using Tensor copy = pattern.Clone();
        Span<float> data = copy.Data;
        for (int row = 0; row < heads * positions; row++)
            for (int key = 0; key < positions; key++)
            {
                float scale = (before is null ? 1 : before.Data[key]) * (after is null ? 1 : after.Data[row % positions]);
                data[(row * positions) + key] /= scale;
            }
        return copy.Reshape(heads, positions, positions);
    }

    // (x − μ) · gain · W = x · V.
    static Tensor ValueThrough(Tensor weight, FrozenNorm? norm)
    {
        Tensor value = weight.Clone();
        if (norm is null)
            return value;
        (int inputs, int outputs) = (value.Shape[0], value.Shape[1]);
        Span<float> data = value.Data;
        for (int i = 0; i < inputs; i++)
            for (int j = 0; j < outputs; j++)
                data[(i * outputs) + j] *= norm.Gain.Data[i];
        for (int j = 0; norm.IsCentred && j < outputs; j++)
        {
            double mean = 0;
            for (int i = 0; i < inputs; i++)
                mean += data[(i * outputs) + j] / (double)inputs;
            for (int i = 0; i < inputs; i++)
                data[(i * outputs) + j] = (float)(data[(i * outputs) + j] - mean);
        }
        return value;
    }

    /// <summary>(W − mean of each row) · gain: rows that a norm passes on without its scale.</summary>
    internal static Tensor OutputThrough(Tensor weight, FrozenNorm? norm)
    {
        Tensor output = weight.Clone();
        int width = output.Shape[1];
        for (int r = 0; norm is not null && r < output.Shape[0]; r++)
        {
            Span<float> row = output.Data.Slice(r * width, width);
            float mean = norm.IsCentred ? Reduce.Sum(row) / width : 0;
            for (int i = 0; i < width; i++)
                row[i] = (row[i] - mean) * norm.Gain.Data[i];
        }
        return output;
    }
}
