using Hooke.Models;
using Hooke.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Hooke.Circuits;

/// <summary>How a layer's heads read their queries, keys or values: (γ x̂ + β) W + b.</summary>
/// <param name="model">The model.</param>
/// <param name="layer">The layer.</param>
/// <param name="name"><c>Q</c>, <c>K</c> or <c>V</c>.</param>
sealed class HeadReading(Model model, int layer, string name)
{
    readonly Tensor _weight = model.Weights[$"blocks.{layer}.attn.W_{name}"];
    readonly Tensor? _bias = Find(model, $"blocks.{layer}.attn.b_{name}");
    readonly Tensor _gain = model.Weights[$"blocks.{layer}.ln1.w"];
    readonly Tensor? _normBias = Find(model, $"blocks.{layer}.ln1.b");

    /// <summary>Queries, keys or values of all heads [1, head · d_head] at one place.</summary>
    /// <param name="normalized">x̂ there.</param>
    public Tensor Project(ReadOnlySpan<float> normalized)
    {
        using Tensor read = Tensor.From(normalized, 1, normalized.Length);
        TensorPrimitives.Multiply(read.Data, _gain.Data, read.Data);
        if (_normBias is not null)
            TensorPrimitives.Add(read.Data, _normBias.Data, read.Data);
        return Ops.MatMul(read, _weight, _bias);
    }

    /// <summary>Adds the gradients with respect to what each head reads to the rows from <paramref name="first"/> on.</summary>
    /// <param name="run">The mixes, all prompts of each after one another.</param>
    /// <param name="site">Queries, keys or values.</param>
    /// <param name="sums">[receiver, batch · pos · d_model]</param>
    /// <param name="first">The receiver that is head 0.</param>
    public void AddGradients(MixedRun run, Address site, Tensor sums, int first)
    {
        Tensor gradient = run.Gradients[site], normalized = run.Run[Site.Ln1Normalized.At(layer)];
        int heads = gradient.Shape[2], width = gradient.Shape[3], dModel = normalized.Shape[2];
        int places = sums.Shape[1] / dModel, mixes = gradient.Shape[0] * gradient.Shape[1] / places;
        using Tensor scaled = Tensor.Zeros(places, 1, heads, width), along = Tensor.Zeros(places * heads, mixes);
        Gather(run, site, scaled, along);
        using Tensor read = Ops.HeadPullback(scaled, _weight);
        Work.For(places, 1, (start, end) =>
        {
            for (int r = start; r < end; r++)
                for (int h = 0; h < heads; h++)
                {
                    Span<float> row = sums.Data.Slice((((first + h) * places) + r) * dModel, dModel);
                    ReadOnlySpan<float> one = read.Data.Slice(((r * heads) + h) * dModel, dModel);
                    TensorPrimitives.FusedMultiplyAdd(one, _gain.Data, row, row);
                    for (int k = 0; k < mixes; k++)
                        TensorPrimitives.FusedMultiplyAdd(
                            normalized.Data.Slice(((k * places) + r) * dModel, dModel),
                            along.Data[(((r * heads) + h) * mixes) + k], row, row);
                }
        });
    }

    // For every place and head: Σ over mixes of ∂q / s, and for each mix −⟨q̂, ∂q⟩ / (s · d_model).
    void Gather(MixedRun run, Address site, Tensor scaled, Tensor along)
    {
        Tensor gradient = run.Gradients[site], value = run.Run[site], scale = run.Run[Site.Ln1Scale.At(layer)];
        int heads = gradient.Shape[2], width = gradient.Shape[3], places = scaled.Shape[0], mixes = along.Shape[1];
        using Tensor zero = Tensor.Zeros(_weight.Shape[0]);
        using Tensor constant = Project(zero.Data);
        Work.For(places, 1, (start, end) =>
        {
            float[] query = new float[width];
            for (int r = start; r < end; r++)
                for (int h = 0; h < heads; h++)
                {
                    Span<float> sum = scaled.Data.Slice(((r * heads) + h) * width, width);
                    for (int k = 0; k < mixes; k++)
                    {
                        int place = (k * places) + r;
                        float inverse = 1 / scale.Data[place];
                        ReadOnlySpan<float> slope = gradient.Data.Slice(((place * heads) + h) * width, width);
                        TensorPrimitives.Subtract(value.Data.Slice(((place * heads) + h) * width, width),
                            constant.Data.Slice(h * width, width), query);
                        TensorPrimitives.FusedMultiplyAdd(slope, inverse, sum, sum);
                        along.Data[(((r * heads) + h) * mixes) + k] = -inverse * Reduce.Dot(query, slope) / _weight.Shape[0];
                    }
                }
        });
    }

    static Tensor? Find(Model model, string weight) => model.Weights.Names.Contains(weight) ? model.Weights[weight] : null;
}
