using System.Text.Json;
using Hooke.Models;
using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Circuits.Tests;

/// <summary>The same decompositions, lens and attributions as TransformerLens' ActivationCache.</summary>
public sealed class TransformerLensDecompositionTests : IDisposable
{
    const double Tolerance = 1e-5;

    readonly Model _model = Made.Gpt2();
    readonly SafetensorsFile _upstream = SafetensorsFile.Open(
        Fixtures.ThirdParty("parity", "gpt2", "tl_analysis.safetensors"));
    readonly TokenBatch _tokens = DecompositionTests.Prompts("gpt2");
    readonly ResidualDecomposition _decomposition;

    public TransformerLensDecompositionTests() => _decomposition = new(_model, _tokens);

    int Rows => _tokens.Count * _tokens.Positions;

    int Width => _model.Config.DModel;

    public void Dispose()
    {
        _decomposition.Dispose();
        _upstream.Dispose();
        _model.Dispose();
    }

    [FixtureFact]
    public void Embeddings_attention_and_MLPs_are_decompose_resids()
    {
        Dictionary<string, float[]> parts = Parts();
        string[] labels = Labels("decompose_resid_all");
        float[][] upstream = Stack("decompose_resid.all");
        for (int i = 0; i < labels.Length; i++)
        {
            float[] found = labels[i].EndsWith("_attn_out", StringComparison.Ordinal)
                ? Total(parts.Where(p => p.Key.StartsWith($"a{labels[i][0]}.", StringComparison.Ordinal)).Select(p => p.Value))
                : parts[Name(labels[i])];
            AssertSame(labels[i], found, upstream[i]);
        }
    }

    [FixtureFact]
    public void Heads_are_stack_head_results()
    {
        Dictionary<string, float[]> parts = Parts();
        float[][] upstream = Stack("stack_head_results");
        for (int i = 0; i < upstream.Length; i++)
            AssertSame($"head {i}", parts[$"a{i / _model.Config.NHeads}.h{i % _model.Config.NHeads}"], upstream[i]);
    }

    [FixtureFact]
    public void Every_part_behind_the_final_norms_scale_is_get_full_resid_decompositions()
    {
        Dictionary<string, float[]> parts = Parts();
        float[] scales = Scales();
        string[] labels = Labels("full_resid_decomposition_ln");
        float[][] upstream = Stack("full_resid_decomposition.ln");
        for (int i = 0; i < labels.Length; i++)
        {
            float[] raw = labels[i] == "bias"
                ? Total(parts.Where(p => p.Key.EndsWith(".bias", StringComparison.Ordinal)).Select(p => p.Value))
                : parts[Name(labels[i])];
            AssertSame(labels[i], Scaled(raw, scales), upstream[i]);
        }
    }

    [FixtureFact]
    public void The_logit_lens_gives_upstreams_logits_at_every_depth()
    {
        string[] labels = Labels("accumulated_resid_mid_ln");
        float[][] upstream = Stack("logit_lens.accumulated");
        Address[] sites = [.. labels.Select(label => label switch
        {
            "final_post" => Site.ResidPost.At(_model.Config.NLayers - 1),
            _ when label.EndsWith("_mid", StringComparison.Ordinal) => Site.ResidMid.At(label[0] - '0'),
            _ => Site.ResidPre.At(label[0] - '0'),
        })];
        using Run run = _model.Run(_tokens, new Plan { Record = sites });
        for (int i = 0; i < sites.Length; i++)
        {
            using Tensor logits = Lens.Logits(_model, run[sites[i]]);
            AssertSame(labels[i], logits.Data.ToArray(), upstream[i]);
        }
    }

    // Upstream's logit_attrs leaves the final norm's gain out on a model whose norms are not folded: so its figures do not
    // add up to the logit. They are compared with our parts taken without the gain.
    [FixtureFact]
    public void Heads_along_the_difference_of_two_unembeddings_are_logit_attrs()
    {
        Dictionary<string, float[]> parts = Parts();
        float[] scales = Scales();
        float[] upstream = Made.Read(_upstream, "logit_attrs.head_results_tok7_minus_tok9_pos-1");
        ReadOnlySpan<float> table = _model.Weights["embed.W_E"].Data;
        double[] direction = new double[Width];
        for (int i = 0; i < Width; i++)
            direction[i] = table[(7 * Width) + i] - table[(9 * Width) + i];
        double[] found = [.. Enumerable.Range(0, upstream.Length).Select(i =>
        {
            int head = i / _tokens.Count, row = ((i % _tokens.Count) * _tokens.Positions) + _tokens.Positions - 1;
            float[] normed = Scaled(parts[$"a{head / _model.Config.NHeads}.h{head % _model.Config.NHeads}"], scales);
            return FrozenDot(direction, normed.AsSpan(row * Width, Width));
        })];
        Assert.InRange(Made.Difference(found, upstream.Select(v => (double)v)), 0, Tolerance);
    }

    // A model with folded norms and centred weights has the same logit differences, and there upstream's figures add up.
    [FixtureFact]
    public void Layers_give_what_they_give_in_upstreams_folded_and_centred_model()
    {
        using SafetensorsFile folded = SafetensorsFile.Open(Fixtures.ThirdParty("parity", "gpt2", "tl_processed.safetensors"));
        float[] unembed = Made.Read(folded, "weight.unembed.W_U"), scales = Made.Read(folded, "cache.ln_final.hook_scale");
        int vocabulary = unembed.Length / Width, row = _tokens.Positions - 1;
        double[] direction = [.. Enumerable.Range(0, Width)
            .Select(i => (double)unembed[(i * vocabulary) + 7] - unembed[(i * vocabulary) + 9])];
        double Upstream(string site) =>
            FrozenDot(direction, Made.Read(folded, $"cache.{site}").AsSpan(row * Width, Width)) / scales[row];
        LogitAttribution found = LogitAttribution.Of(_model, _tokens.Prompt(0).ToArray(), 7, 9);
        (double Found, double Expected)[] pairs = [.. found.Contributions
            .Where(c => c.Part.Kind != StreamPartKind.FinalNormBias)
            .Select(c => (c.Value, Upstream(c.Part.Kind switch
            {
                StreamPartKind.Embedding => "hook_embed",
                StreamPartKind.PositionEmbedding => "hook_pos_embed",
                StreamPartKind.Attention => $"blocks.{c.Part.Layer}.hook_attn_out",
                _ => $"blocks.{c.Part.Layer}.hook_mlp_out",
            })))];
        Assert.Equal(2 + (2 * _model.Config.NLayers), pairs.Length);
        Assert.InRange(Made.Difference(pairs.Select(p => p.Found), pairs.Select(p => p.Expected)), 0, Tolerance);
        float[] bias = Made.Read(folded, "weight.unembed.b_U");
        Assert.Equal((double)bias[7] - bias[9],
            found.Contributions.Single(c => c.Part.Kind == StreamPartKind.FinalNormBias).Value, 1e-5);
    }

    static double FrozenDot(double[] direction, ReadOnlySpan<float> x)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
            sum += direction[i] * x[i];
        return sum;
    }

    static string[] Labels(string name) =>
        JsonSerializer.Deserialize<string[]>(File.ReadAllText(Fixtures.Golden("gpt2", $"tl_labels_{name}.json")))!;

    static string Name(string label) => label[0] == 'L'
        ? label.Replace("L", "a", StringComparison.Ordinal).Replace("H", ".h", StringComparison.Ordinal)
        : label.EndsWith("_mlp_out", StringComparison.Ordinal) ? $"m{label[0]}" : label;

    static float[] Total(IEnumerable<float[]> parts) =>
        parts.Aggregate((a, b) => [.. a.Zip(b, (x, y) => x + y)]);

    static void AssertSame(string what, float[] found, float[] expected)
    {
        double difference = Made.Difference(found.Select(v => (double)v), expected.Select(v => (double)v));
        Assert.True(difference <= Tolerance, $"{what} differs by {difference:g3}");
    }

    float[][] Stack(string name)
    {
        float[] all = Made.Read(_upstream, name);
        return [.. all.Chunk(all.Length / (int)_upstream.EntryOf(name).Shape[0])];
    }

    float[] Scales()
    {
        using Run run = _model.Run(_tokens, new Plan { Record = [Site.LnFinalScale.At()] });
        return run[Site.LnFinalScale.At()].Data.ToArray();
    }

    float[] Scaled(float[] part, float[] scales)
    {
        float[] scaled = new float[part.Length];
        for (int row = 0; row < Rows; row++)
        {
            float mean = part.Skip(row * Width).Take(Width).Average();
            for (int i = row * Width; i < (row + 1) * Width; i++)
                scaled[i] = (part[i] - mean) / scales[row];
        }
        return scaled;
    }

    Dictionary<string, float[]> Parts()
    {
        Dictionary<string, float[]> parts = [];
        foreach ((StreamPart part, Tensor value) in _decomposition.Parts(_model.Config.NLayers))
            using (value)
                parts[part.ToString()] = value.Data.ToArray();
        return parts;
    }
}
