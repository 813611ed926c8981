using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Studies.Tests;

/// <summary>Tests of dictionaries that are made by hand in the shipped model.</summary>
public sealed class DictionaryTestingTests : IDisposable
{
    const int Width = 128;
    const string Entrance = "blocks.0.hook_resid_pre";

    readonly Model _model = Model.Load(Path.Combine(Fixtures.Root, "models", "tinyworld"));

    public void Dispose() => _model.Dispose();


    [Fact]
    public void Scores_have_intervals_and_the_same_seed_gives_the_same_on_any_number_of_threads()
    {
        using SparseCoder coder = BaselineCoders.Neurons(new CoderSite(Entrance, Width));
        int threads = Work.Threads;
        try
        {
            DictionaryReport[] reports = [.. Enumerable.Range(1, 2).Select(count =>
            {
                Work.Threads = count;
                return DictionaryTesting.Run(new LatentPlace(_model, coder), Shipped.World, ["spurious-correlation"], 4);
            })];
            Assert.Equal(reports[0].Scores, reports[1].Scores);
            Assert.All(reports[0].Scores, score => Assert.InRange(score.Value.Value, score.Value.Low, score.Value.High));
            Assert.All(reports[0].Scores, score => Assert.True(score.Value.N > 20 && score.Value.Seed == 4));
            Assert.Equal(["dictionary", "neurons", "principal components", "random directions"],
                reports[0].Scores.Select(score => score.Coder).Distinct());
        }
        finally
        {
            Work.Threads = threads;
        }
    }

    /// <summary>Everything exchanged from the entity on is the other prompt: every answer changes, those that should not too.</summary>
    [Fact]
    public void Exchanging_whole_activations_changes_everything()
    {
        LatentPlace place = new(_model, BaselineCoders.Neurons(new CoderSite(Entrance, Width)));
        DisentanglementTest test = new(new EntitySwaps(Shipped.World, new WorldWords(_model), _model, 1).All(), 1);
        Finding[] found = [.. test.RunWhole(place)];
        Assert.Equal([0.5, 1, 0], found.Take(3).Select(finding => finding.Value.Value));
        place.Coder.Dispose();
    }

    /// <summary>
    /// One latent that fires where the model is about to tell the record, and clamped to less than nothing takes it back.
    /// </summary>
    [Fact]
    public void A_latent_that_is_there_for_the_record_alone_forgets_it_and_keeps_the_rest()
    {
        RecordQuestions questions = RecordQuestions.Of(Shipped.World, new WorldWords(_model), 1)!;
        using SparseCoder coder = OfDifference(questions);
        UnlearningTest test = new(questions, 1);
        Finding[] found = [.. test.Run(new LatentPlace(_model, coder))];
        Assert.InRange(found[0].Value.Value, 0.9, 1);
        Assert.InRange(found[1].Value.Value, 0.97, 1);
        Finding[] plain = [.. test.RunWhole(new LatentPlace(_model, coder))];
        Assert.Equal(0, plain[0].Value.Value);
    }

    [Fact]
    public void What_says_nothing_of_a_coder_is_left_out_with_the_reason()
    {
        using SparseCoder transcoder = Transcoder();
        DictionaryReport report = DictionaryTesting.Run(new LatentPlace(_model, transcoder), Shipped.World, ["absorption"], 1);
        Assert.Empty(report.Scores);
        Assert.Contains("defined for autoencoders", Assert.Single(report.LeftOut), StringComparison.Ordinal);
        Assert.Contains("there is no test \"autointerp\"", Assert.Throws<InputException>(() => DictionaryTesting.Run(
            new LatentPlace(_model, transcoder), Shipped.World, ["autointerp"], 1)).Message, StringComparison.Ordinal);
    }

    // One latent: its encoder is a logistic probe of the record's last tokens against all other prompts' tokens; it writes the
    // mean difference.
    SparseCoder OfDifference(RecordQuestions questions)
    {
        const string Site = "blocks.2.hook_resid_post";
        using SparseCoder neurons = BaselineCoders.Neurons(new CoderSite(Site, Width));
        Question[] all = [.. questions.ForgetToChoose, .. questions.RetainToChoose];
        using LatentRows rows = new LatentPlace(_model, neurons).Rows(
            [.. all.Select(question => question.Tokens)], i => i < questions.ForgetToChoose.Count
                ? [all[i].Tokens.Count - 1] : [.. Enumerable.Range(1, all[i].Tokens.Count - 1)]);
        int[] every = [.. Enumerable.Range(0, rows.Count)];
        ProbeTask task = new([.. every.Select(row => row < questions.ForgetToChoose.Count)], every, []);
        LogisticProbe probe = LogisticProbe.Fit(rows.Activations(every), task.TrainLabels, 1e-4);
        double[] difference = rows.MeanDifference(task);
        CoderSite[] at = [new(Site, Width)];
        return new SparseCoder(new CoderConfig { Kind = CoderKind.Relu, Inputs = at, Outputs = at, NLatents = 1 },
            new CoderWeights
            {
                Encoder = Tensor.From([.. probe.Weights.Select(weight => (float)weight)], Width, 1).AsConstant(),
                EncoderBias = Tensor.From([(float)probe.Bias], 1),
                Decoders =
                [
                    new CoderDecoder
                    {
                        Weight = Tensor.From([.. difference.Select(value => (float)value / 10)], 1, Width),
                        Bias = Tensor.Zeros(Width),
                    },
                ],
            });
    }

    static SparseCoder Transcoder() => new(
        new CoderConfig
        {
            Kind = CoderKind.Relu,
            Inputs = [new("blocks.0.hook_resid_mid", Width)],
            Outputs = [new("blocks.0.hook_mlp_out", Width)],
            NLatents = 2,
            IsTranscoder = true,
        },
        new CoderWeights
        {
            Encoder = Tensor.Zeros(Width, 2).AsConstant(),
            EncoderBias = Tensor.From([1f, 1], 2),
            Decoders = [new CoderDecoder { Weight = Tensor.Zeros(2, Width), Bias = Tensor.Zeros(Width) }],
        });
}
