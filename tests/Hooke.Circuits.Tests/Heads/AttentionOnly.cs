using Hooke.Models;
using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Circuits.Tests.Heads;

/// <summary>TransformerLens' attention-only model of random weights, 2 layers of 4 heads, and what upstream computed of it.</summary>
sealed class AttentionOnly : IDisposable
{
    public SafetensorsFile Circuits { get; } = SafetensorsFile.Open(Fixtures.ThirdParty("parity", "tl_attn_only_random", "tl_circuits.safetensors"));

    public SafetensorsFile Reference { get; } = SafetensorsFile.Open(Fixtures.ThirdParty("parity", "tl_attn_only_random", "tl_reference.safetensors"));

    public Model Model { get; } = Load();

    public RepeatedTokens Tokens => RepeatedTokens.Of(Made.Tokens(Reference, "input_ids"), 16);

    public IEnumerable<double> Read(string name) => Made.Read(Circuits, name).Select(v => (double)v);

    public void Dispose()
    {
        Circuits.Dispose();
        Reference.Dispose();
        Model.Dispose();
    }

    // An MLP that writes zeros is no MLP.
    static Model Load()
    {
        TransformerConfig config = new()
        {
            Family = "gpt2",
            NLayers = 2,
            DModel = 48,
            NHeads = 4,
            NKeyValueHeads = 4,
            DHead = 12,
            DMlp = 1,
            DVocab = 40,
            NCtx = 48,
            Activation = Activation.GeluTanh,
            IsLayerNorm = true,
            NormEpsilon = 1e-5f,
            Positions = PositionKind.Learned,
            HasQkvBias = true,
            HasOutputBias = true,
        };
        using SafetensorsFile file = SafetensorsFile.Open(Fixtures.ThirdParty("parity", "tl_attn_only_random", "model.safetensors"));
        return new(config, new TransformerWeights(config, (name, shape) =>
        {
            if (name.Contains(".ln2.", StringComparison.Ordinal) || name.Contains(".mlp.", StringComparison.Ordinal))
                return Tensor.Zeros(shape);
            float[] values = Made.Read(file, name);
            int outputs = shape[^1];
            if (name == "unembed.W_U") // stored token by token here
                values = [.. Enumerable.Range(0, values.Length).Select(i => values[(i % 48 * 40) + (i / 48)])];
            else if (shape.Rank == 2 && name[^1] is 'Q' or 'K' or 'V') // [head, d_model, d_head] there
                values = [.. Enumerable.Range(0, values.Length).Select(i =>
                    values[(i % outputs / 12 * 48 * 12) + (i / outputs * 12) + (i % 12)])];
            return Tensor.From(values, shape.Sizes);
        }));
    }
}
