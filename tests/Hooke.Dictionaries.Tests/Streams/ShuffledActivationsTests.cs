using Hooke.Models;
using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Dictionaries.Tests;

/// <summary>Activations streamed through a buffer: every row once, shuffled, from wherever the stream stood.</summary>
public sealed class ShuffledActivationsTests : IDisposable
{
    const int Longest = 9, Buffer = 64;

    static readonly StreamSite[] Sites =
        [new(0, Address.Parse("blocks.1.hook_resid_post")), new(0, Address.Parse("blocks.0.attn.hook_z"))];

    readonly Model _model = Model.Load(Fixtures.Golden("gpt2"));
    readonly NumberedTokens _text;

    public ShuffledActivationsTests() => _text = new NumberedTokens(_model.Config.DVocab, Longest);

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Every_row_comes_once_and_in_another_order()
    {
        using ShuffledActivations stream = Stream([0]);
        List<string> found = [.. Rows(stream.Next(1)[0])];
        found.AddRange(Rows(stream.Next(stream.Rows - 1)[0])); // the first buffer to its end
        string[] expected = [.. Enumerable.Range(0, (int)stream.End).SelectMany(Expected)];
        Assert.NotEqual(expected, found);
        Assert.Equal(expected.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Sites_of_one_token_stand_in_one_row()
    {
        using ShuffledActivations stream = Stream([0]);
        IReadOnlyList<Tensor> rows = stream.Next(40);
        using Run run = _model.Run(new TokenBatch([_text.Sequence(0)]), new Plan { Record = [.. Sites.Select(site => site.At)] });
        int width = _model.Config.DModel;
        string[] residual = [.. Rows(rows[0])], heads = [.. Rows(rows[1])];
        for (int position = 1; position < run.Tokens.Positions; position++)
        {
            int at = Array.IndexOf(residual, Text(run[Sites[0].At].Data.Slice(position * width, width)));
            if (at >= 0) // the others come later
                Assert.Equal(Text(run[Sites[1].At].Data.Slice(position * width, width)), heads[at]);
        }
    }

    [Fact]
    public void No_more_rows_are_read_than_the_buffer_holds()
    {
        using ShuffledActivations stream = Stream([]);
        Assert.Equal((1L + (2 * _model.Config.DModel)) * Buffer * sizeof(float), stream.BufferBytes);
        stream.Next(1);
        int rows = Enumerable.Range(0, (int)stream.End).Sum(sequence => _text.Sequence(sequence).Count);
        Assert.InRange(rows, Buffer - Longest + 1, Buffer);
    }

    [Fact]
    public void A_stream_goes_on_from_a_position_with_the_same_rows()
    {
        using ShuffledActivations whole = Stream([0]), resumed = Stream([0]);
        for (int taken = 0; taken < 5; taken++)
        {
            StreamPosition position = whole.Position;
            IReadOnlyList<Tensor> expected = whole.Next(30);
            resumed.GoTo(position);
            IReadOnlyList<Tensor> found = resumed.Next(30);
            for (int s = 0; s < expected.Count; s++)
                Assert.Equal(expected[s].Data, found[s].Data);
            Assert.Equal(whole.Position, resumed.Position);
        }
        Assert.True(whole.Position.Sequence > 0); // it went through several buffers
    }

    [Fact]
    public void The_number_of_threads_changes_no_byte()
    {
        int threads = Work.Threads;
        try
        {
            Work.Threads = 1;
            using ShuffledActivations one = Stream([0]);
            IReadOnlyList<Tensor> expected = one.Next(150);
            Work.Threads = 3;
            using ShuffledActivations three = Stream([0]);
            IReadOnlyList<Tensor> found = three.Next(150);
            Assert.All(Enumerable.Range(0, 2), s => Assert.True(expected[s].Data.SequenceEqual(found[s].Data)));
        }
        finally
        {
            Work.Threads = threads;
        }
    }

    [Fact]
    public void Two_models_read_the_same_tokens()
    {
        using Model other = Model.Load(Fixtures.Golden("gpt2"));
        Address at = Sites[0].At;
        using ShuffledActivations stream = new(
            _text, new ActivationReader([_model, other], [new(0, at), new(1, at)], [0]), Buffer, 1);
        IReadOnlyList<Tensor> rows = stream.Next(100);
        Assert.Equal(rows[0].Data, rows[1].Data);
    }

    [Fact]
    public void What_cannot_be_streamed_is_refused()
    {
        Refused("layers 0..", () => Reader("blocks.99.hook_resid_post"));
        Refused("not a vector for each token", () => Reader("blocks.0.attn.hook_pattern"));
        Refused("reads a site whole", () => Reader("blocks.0.attn.hook_z:head=1"));
        Refused("there is one model", () => new ActivationReader([_model], [new(1, Sites[0].At)], []));
        Refused("cannot hold a sequence of 9", () => new ShuffledActivations(_text, Reader("blocks.0.hook_mlp_out"), 8, 1));
        Refused("only tokens that are left out", () =>
        {
            using ShuffledActivations stream = Stream([.. Enumerable.Range(0, _model.Config.DVocab)]);
            return stream.Next(1);
        });
    }

    [Fact]
    public void An_activation_that_is_not_finite_is_refused_by_site_and_position()
    {
        using Model broken = Broken();
        ActivationReader reader = new([broken], [Sites[0]], []);
        using ShuffledActivations stream = new(new NumberedTokens(12, Longest), reader, Buffer, 1);
        Refused("blocks.1.hook_resid_post is not finite at position", () => stream.Next(30));
    }

    // Token 5's embedding is so large that its square overflows.
    Model Broken()
    {
        TransformerWeights weights = new(_model.Config, (name, shape) =>
        {
            Tensor tensor = _model.Weights[name].Clone();
            if (name == "embed.W_E")
                tensor.Data.Slice(5 * shape[1], shape[1]).Fill(float.MaxValue);
            return tensor;
        });
        return new Model(_model.Config, weights);
    }

    static void Refused(string with, Func<object> attempt) =>
        Assert.Contains(with, Assert.Throws<InputException>(attempt).Message, StringComparison.Ordinal);

    ActivationReader Reader(string site) => new([_model], [new(0, Address.Parse(site))], []);

    ShuffledActivations Stream(int[] leftOut) => new(_text, new ActivationReader([_model], Sites, leftOut), Buffer, 1);

    // The residual stream of a sequence, token 0 left out, run by itself.
    IEnumerable<string> Expected(int sequence)
    {
        using Run run = _model.Run(new TokenBatch([_text.Sequence(sequence)]), new Plan { Record = [Sites[0].At] });
        return [.. Rows(run[Sites[0].At]).Skip(1)];
    }

    static string[] Rows(Tensor tensor)
    {
        int width = tensor.Shape[^1];
        string[] rows = new string[tensor.Shape.Count / width];
        for (int r = 0; r < rows.Length; r++)
            rows[r] = Text(tensor.Data.Slice(r * width, width));
        return rows;
    }

    static string Text(ReadOnlySpan<float> row) => Convert.ToHexString(System.Runtime.InteropServices.MemoryMarshal.AsBytes(row));
}
