using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>
/// One layer's attention with its patterns and norm scales held at a prompt's values, which is linear in the stream, head by
/// head: heads read z = pattern · (LN(x) · W_V) and write z · W_O.
/// </summary>
sealed class FrozenAttention : IDisposable
{
    readonly TransformerConfig _config;
    readonly FrozenNorm? _norm, _after;
    readonly Tensor _values, _output, _pattern, _backwards;
    readonly Tensor? _valueBias, _outputBias, _scale, _afterScale;

    public FrozenAttention(Model model, int layer, Run run)
    {
        _config = model.Config;
        string block = $"blocks.{layer}.";
        (_norm, _after) = (FrozenNorm.Of(model, $"{block}ln1"), FrozenNorm.AfterAttention(model, layer));
        (_scale, _afterScale) = (Recorded(run, Site.Ln1Scale.At(layer)), Recorded(run, Site.Ln1PostScale.At(layer)));
        (_values, _output) = (model.Weights[$"{block}attn.W_V"], model.Weights[$"{block}attn.W_O"]);
        (_valueBias, _outputBias) =
            (FrozenNorm.Weight(model, $"{block}attn.b_V"), FrozenNorm.Weight(model, $"{block}attn.b_O"));
        _pattern = run[Site.Pattern.At(layer)];
        _backwards = Transposed(_pattern);
    }

    /// <summary>What attention adds to the stream [1, pos, d_model].</summary>
    /// <param name="stream">[1, pos, d_model]</param>
    /// <param name="constants">Whether biases are added.</param>
    public Tensor Out(Tensor stream, bool constants = false)
    {
        using Tensor read = Read(stream, constants);
        using Tensor flat = Flat(read);
        using Tensor written = Ops.MatMul(flat, _output, constants ? _outputBias : null);
        return _after is null ? written.Share()
            : constants ? _after.ApplyWhole(written, _afterScale!) : _after.Apply(written, _afterScale!);
    }

    /// <summary>What heads read at every position, z [1, pos, head, d_head].</summary>
    public Tensor Read(Tensor stream, bool constants = false)
    {
        using Tensor normed = _norm is null ? stream.Share()
            : constants ? _norm.ApplyWhole(stream, _scale!) : _norm.Apply(stream, _scale!);
        using Tensor together = Ops.MatMul(normed, _values, constants ? _valueBias : null);
        using Tensor values = together.Reshape(1, stream.Shape[1], _config.NKeyValueHeads, _config.DHead);
        return Ops.AttentionMix(_pattern, values);
    }

    /// <summary>Gradients with respect to the stream before attention, without those that flow past it.</summary>
    public Tensor Back(Tensor gradient)
    {
        using Tensor heads = BackToHeads(gradient);
        using Tensor perHead = Ops.AttentionMix(_backwards, heads);
        using Tensor values = SumGroups(perHead);
        Tensor read = Ops.MatMul(values, _values, transposed: true);
        if (_norm is null)
            return read;
        using Tensor given = read;
        return _norm.Pull(given, _scale!);
    }

    /// <summary>
    /// Gradients with respect to z [1, pos, head, d_head], from those with respect to the stream after attention.
    /// </summary>
    public Tensor BackToHeads(Tensor gradient)
    {
        using Tensor written = _after?.Pull(gradient, _afterScale!) ?? gradient.Share();
        using Tensor flat = Ops.MatMul(written, _output, transposed: true);
        return flat.Reshape(1, gradient.Shape[1], _config.NHeads, _config.DHead);
    }

    /// <summary>⟨z, gradient⟩ of each head, summed over positions in double precision.</summary>
    public double[] PerHead(Tensor z, Tensor gradient)
    {
        double[] sums = new double[_config.NHeads];
        ReadOnlySpan<float> a = z.Data, b = gradient.Data;
        for (int i = 0; i < a.Length; i++)
            sums[i / _config.DHead % _config.NHeads] += (double)a[i] * b[i];
        return sums;
    }

    /// <inheritdoc/>
    public void Dispose() => _backwards.Dispose();

    static Tensor? Recorded(Run run, Address at) => run.Recording.Contains(at) ? run[at] : null;

    Tensor Flat(Tensor z) => z.Reshape(1, z.Shape[1], _config.NHeads * _config.DHead);

    // [1, pos, head, d_head] → [1, pos, kv_head · d_head], heads of a group added up.
    Tensor SumGroups(Tensor perHead)
    {
        (int keys, int width, int group) = (_config.NKeyValueHeads, _config.DHead, _config.NHeads / _config.NKeyValueHeads);
        if (group == 1)
            return Flat(perHead);
        Tensor sums = Tensor.Zeros(1, perHead.Shape[1], keys * width);
        for (int i = 0; i < perHead.Shape.Count; i++)
        {
            (int row, int head) = Math.DivRem(i / width, _config.NHeads);
            sums.Data[(((row * keys) + (head / group)) * width) + (i % width)] += perHead.Data[i];
        }
        return sums;
    }

    static Tensor Transposed(Tensor pattern)
    {
        Tensor transposed = Tensor.Zeros(pattern.Shape);
        (int heads, int size) = (pattern.Shape[1], pattern.Shape[2]);
        ReadOnlySpan<float> from = pattern.Data;
        Span<float> to = transposed.Data;
        for (int h = 0; h < heads; h++)
            for (int q = 0; q < size; q++)
                for (int k = 0; k < size; k++)
                    to[(((h * size) + k) * size) + q] = from[(((h * size) + q) * size) + k];
        return transposed;
    }
}
