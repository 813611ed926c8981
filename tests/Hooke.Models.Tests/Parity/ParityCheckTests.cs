using Hooke.Models.Tests.Weights;
using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Models.Tests.Parity;

public sealed class ParityCheckTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly Model _model = Model.Load(Fixtures.Golden("gemma3_text"));

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("gemma3_text"), InlineData("gpt_neox"), InlineData("llama_biases"), InlineData("gpt2")]
    public void A_right_model_agrees_in_everything_that_its_reference_has(string folder)
    {
        using Model model = Model.Load(Fixtures.Golden(folder));
        ParityReport report = ParityCheck.Of(model, Fixtures.Golden(folder, "reference.safetensors"));
        Assert.True(report.IsClose);
        int perLayer = 5; // attn_out, attn_pattern, mlp_out, resid_post and its gradient
        Assert.Equal((perLayer * model.Config.NLayers) + 5 + (model.Config.EmbeddingScale == 1 ? 2 : 0), report.Rows.Count);
        Assert.Contains(report.Rows, row => row.Name == "greedy" && row.Difference == 0);
        Assert.NotEqual("", report.MadeBy);
        Assert.Equal(model.Config.EmbeddingScale == 1 ? [] : ["grad.token_embed", "token_embed"], report.NotCompared);
    }

    [Fact]
    public void Names_of_sites_are_compared_too_and_masked_scores_must_be_masked()
    {
        using Model model = Model.Load(Fixtures.Golden("tl_attn_only_random"));
        ParityReport report = ParityCheck.Of(model, Fixtures.Golden("tl_attn_only_random", "tl_reference.safetensors"));
        Assert.True(report.IsClose);
        Assert.Contains(report.Rows, row => row.Name == "blocks.1.attn.hook_attn_scores");
        Write(Tokens(), Floats("blocks.0.attn.hook_attn_scores", [1, 4, 3, 3]));
        ParityRow unmasked = Assert.Single(ParityCheck.Of(model, Path("r")).Rows);
        Assert.False(unmasked.IsClose);
        Assert.Equal(double.PositiveInfinity, unmasked.Difference);
    }

    [Fact]
    public void Another_model_of_the_same_shape_does_not_agree()
    {
        ParityReport report = ParityCheck.Of(_model, Changed("logits", values => values[5] += 0.01f));
        Assert.False(report.IsClose);
        Assert.Equal(["logits"], report.Rows.Where(row => !row.IsClose).Select(row => row.Name));
    }

    [Fact]
    public void What_a_reference_lacks_or_lies_about_is_refused()
    {
        AssertRefused("no tensor \"input_ids\"", Floats("logits", [1, 3, 64]));
        AssertRefused("nothing that this model could be compared with", Tokens(), Floats("other", [3]));
        AssertRefused("logits has shape [1, 3, 65]", Tokens(), Floats("logits", [1, 3, 65]));
        AssertRefused("layers 0..3", Tokens(), Floats("resid_post.4", [1, 3, 32]));
        AssertRefused("not of an integer type", Floats("input_ids", [1, 3]), Floats("logits", [1, 3, 64]));
        AssertRefused("where [batch, pos] is needed", Tokens([3]), Floats("logits", [1, 3, 64]));
        AssertRefused("where [batch, pos] is needed", Tokens([1, 0]), Floats("logits", [1, 3, 64]));
        AssertRefused("cannot be read as float32", Tokens(), TensorToWrite.FromInt64("logits", [1, 3, 64], new long[192]));
        Assert.Throws<InputException>(() => ParityCheck.Of(_model, Path("absent")));
    }

    void AssertRefused(string because, params TensorToWrite[] tensors)
    {
        Write(tensors);
        Assert.Contains(because, Assert.Throws<InputException>(() => ParityCheck.Of(_model, Path("r"))).Message, StringComparison.Ordinal);
    }

    static TensorToWrite Tokens(params long[] shape) => TensorToWrite.FromInt64("input_ids", shape.Length == 0 ? [1, 3] : shape,
        new long[shape.Length == 0 ? 3 : shape.Aggregate(1L, (a, b) => a * b)]);

    static TensorToWrite Floats(string name, long[] shape) =>
        TensorToWrite.FromFloats(name, shape, () => Enumerable.Repeat(1f, (int)shape.Aggregate(1L, (a, b) => a * b)).ToArray());

    void Write(params TensorToWrite[] tensors) => SafetensorsWriter.Write(Path("r"), tensors);

    string Path(string name) => _folder.File(name);

    string Changed(string name, Action<float[]> change)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Fixtures.Golden("gemma3_text", "reference.safetensors"));
        SafetensorsWriter.Write(Path("changed"), file.Entries.Select(entry =>
        {
            if (entry.Name is "input_ids" or "greedy")
            {
                long[] ids = file.ReadInt64(entry.Name);
                return TensorToWrite.FromInt64(entry.Name, entry.Shape, ids);
            }
            float[] values = new float[entry.Count];
            file.Read(entry.Name, values);
            if (entry.Name == name)
                change(values);
            return TensorToWrite.FromFloats(entry.Name, entry.Shape, () => values);
        }).ToArray());
        return Path("changed");
    }
}
