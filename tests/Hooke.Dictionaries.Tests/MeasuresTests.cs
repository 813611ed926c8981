using Hooke.Models;
using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Dictionaries.Tests;

/// <summary>Measures against naive sums in double precision over all tokens at once, and against what is known by hand.</summary>
public sealed class MeasuresTests : IDisposable
{
    const int Width = 48, Special = 9;
    const string Site = "blocks.1.hook_resid_post";

    readonly Model _model = Model.Load(Fixtures.Golden("gpt2"));
    readonly CoderSet _dictionary = new(Made.Coder(CoderKind.JumpRelu, Width, 96, subtracts: true));

    public void Dispose()
    {
        _model.Dispose();
        _dictionary.Dispose();
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public void Every_measure_of_a_site_and_its_latents_is_its_definition(bool countsSpecial)
    {
        int[][] prompts = Prompts(70); // more than 32, so that groups are merged
        DictionaryMeasures measures = DictionaryMeasures.Of(
            new Splice(_model, _dictionary, Site), prompts, token => token == Special, countsSpecial, runs: false);
        (double[][] actual, double[][] made, int[][] active) = Rows(prompts, token => countsSpecial || token != Special);
        SiteMeasures site = Assert.Single(measures.Sites);
        Near(Fvu(actual, made), site.Fvu.Value);
        Near(1 - Fvu(actual, made), site.Explained.Value);
        Near(actual.Zip(made, (y, x) => Dot(y, x) / Math.Sqrt(Dot(y, y) * Dot(x, x))).Average(), site.Cosine.Value);
        Near(actual.Zip(made, (y, x) => Math.Sqrt(Dot(x, x) / Dot(y, y))).Average(), site.NormRatio.Value);
        Near(made.Sum(x => Dot(x, x)) / actual.Zip(made, Dot).Sum(), site.Scale.Value);
        LatentMeasures latents = Assert.Single(measures.Latents);
        double[] densities = [.. Enumerable.Range(0, 96).Select(i => active.Count(row => row.Contains(i)) / (double)active.Length)];
        Near(densities.Sum(), latents.L0.Value);
        Near(densities.Count(d => d == 0) / 96.0, latents.Dead.Value);
        Near(densities.Count(d => d > 0.1) / 96.0, latents.Dense.Value);
        Assert.Equal(densities.Count(d => d > 0), latents.Densities.Sum(bin => bin.Latents));
        Assert.All(latents.Densities, bin => Assert.Equal(bin.Latents, densities.Count(d => d > 0
            && Math.Log10(d) >= bin.From - 1e-9 && (Math.Log10(d) < bin.From + 0.5 - 1e-9 || bin.From == -0.5))));
        Assert.Equal((active.Length, 96), (site.Fvu.N, latents.Dead.N));
        Assert.Equal((70, prompts.Sum(p => p.Length), prompts.Sum(p => p.Count(t => t == Special))),
            (measures.Prompts, measures.Tokens, measures.SpecialTokens));
        Assert.Equal(countsSpecial, site.Fvu == measures.SitesOfAll[0].Fvu);
    }

    [Fact]
    public void A_dictionary_that_writes_the_mean_alone_explains_nothing()
    {
        int[][] prompts = Prompts(20);
        using CoderSet constant = new(Constant([.. Mean(Rows(prompts, _ => true).Actual).Select(value => (float)value)]));
        DictionaryMeasures measures = DictionaryMeasures.Of(new Splice(_model, constant, Site), prompts, runs: false);
        Assert.Equal(1, measures.Sites[0].Fvu.Value, 6);
        Assert.Equal(0, measures.Sites[0].Explained.Value, 6);
        Assert.Equal(1, measures.Latents[0].Dead.Value);
    }

    [Fact]
    public void Losses_are_means_over_predictions_and_recovered_shares_their_ratios()
    {
        int[][] prompts = Prompts(12);
        Splice splice = new(_model, _dictionary, Site);
        DictionaryMeasures measures = DictionaryMeasures.Of(splice, prompts, token => token == Special);
        double[] mean = Mean(Rows(prompts, token => token != Special).Actual);
        double[] expected = new double[5], divergences = new double[5];
        int count = 0;
        foreach (int[] prompt in prompts)
        {
            TokenBatch tokens = new([prompt]);
            Address at = Address.Parse(Site);
            using Run plain = _model.Run(tokens, new Plan { Record = [at] });
            using Run spliced = splice.Keeping(token => token == Special).Run(tokens);
            using Run zeros = Patched(tokens, plain[at], prompt, new float[Width]);
            using Run means = Patched(tokens, plain[at], prompt, [.. mean.Select(value => (float)value)]);
            Run[] runs = [plain, spliced, plain, zeros, means];
            for (int p = 0; p + 1 < prompt.Length; p++)
                if (prompt[p] != Special)
                {
                    count++;
                    double[] own = LogSoftmax(plain, p);
                    for (int i = 0; i < runs.Length; i++)
                    {
                        double[] other = LogSoftmax(runs[i], p);
                        expected[i] -= other[prompt[p + 1]];
                        divergences[i] += own.Zip(other, (a, b) => Math.Exp(a) * (a - b)).Sum();
                    }
                }
        }
        for (int i = 0; i < 5; i++)
        {
            LossMeasures losses = measures.Losses[i];
            Assert.Equal((InPlace)i, losses.InPlace);
            Assert.Equal(count, losses.CrossEntropy.N);
            Assert.Equal(expected[i] / count, losses.CrossEntropy.Value, 5);
            Assert.Equal(divergences[i] / count, losses.Divergence.Value, 5);
            Assert.Equal((expected[3] - expected[i]) / (expected[3] - expected[0]), losses.CrossEntropyOverZeros.Value, 3);
            Assert.Equal((divergences[4] - divergences[i]) / divergences[4], losses.DivergenceOverMeans.Value, 3);
        }
    }

    [Fact]
    public void Measures_do_not_depend_on_threads_and_special_tokens_alone_are_refused()
    {
        int[][] prompts = Prompts(9);
        Splice splice = new(_model, _dictionary, Site);
        int threads = Work.Threads;
        try
        {
            Work.Threads = 1;
            DictionaryMeasures one = DictionaryMeasures.Of(splice, prompts);
            Work.Threads = 3;
            DictionaryMeasures three = DictionaryMeasures.Of(splice, prompts);
            Assert.Equal(one.Sites, three.Sites);
            Assert.Equal(one.Losses, three.Losses);
        }
        finally
        {
            Work.Threads = threads;
        }
        Assert.Contains("special", Assert.Throws<InputException>(() =>
            DictionaryMeasures.Of(splice, [[Special, Special]], token => token == Special)).Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => DictionaryMeasures.Of(splice, []));
    }

    Run Patched(TokenBatch tokens, Tensor actual, int[] prompt, float[] with)
    {
        Tensor filled = actual.Clone();
        for (int p = 0; p < prompt.Length; p++)
            if (prompt[p] != Special)
                with.CopyTo(filled.Data[(p * Width)..]);
        Recording by = new(tokens);
        by.Set(Address.Parse(Site), filled);
        return _model.Run(tokens, new Plan { Interventions = [new Patch(Address.Parse(Site), "by")] },
            new Dictionary<string, Recording> { ["by"] = by });
    }

    (double[][] Actual, double[][] Made, int[][] Active) Rows(int[][] prompts, Func<int, bool> isCounted)
    {
        List<double[]> actual = [], made = [];
        List<int[]> active = [];
        foreach (int[] prompt in prompts)
        {
            using Run run = _model.Run(new TokenBatch([prompt]), new Plan { Record = [Address.Parse(Site)] });
            Tensor x = run[Address.Parse(Site)];
            using Tensor y = _dictionary.Coders[0].Reconstruct(x), latents = _dictionary.Coders[0].Encode(x);
            for (int p = 0; p < prompt.Length; p++)
                if (isCounted(prompt[p]))
                {
                    actual.Add([.. x.Data.Slice(p * Width, Width).ToArray().Select(value => (double)value)]);
                    made.Add([.. y.Data.Slice(p * Width, Width).ToArray().Select(value => (double)value)]);
                    float[] row = latents.Data.Slice(p * 96, 96).ToArray();
                    active.Add([.. Enumerable.Range(0, 96).Where(i => row[i] != 0)]);
                }
        }
        return ([.. actual], [.. made], [.. active]);
    }

    static SparseCoder Constant(float[] written)
    {
        return new SparseCoder(
            new CoderConfig { Kind = CoderKind.Relu, Inputs = [new(null, Width)], Outputs = [new(null, Width)], NLatents = 2 },
            new CoderWeights
            {
                Encoder = Tensor.Zeros(Width, 2).AsConstant(),
                EncoderBias = Tensor.Zeros(2),
                Decoders = [new() { Weight = Tensor.Zeros(2, Width), Bias = Tensor.From(written, Width) }],
            });
    }

    static int[][] Prompts(int count)
    {
        Draws draws = new Rng(4).Fork("prompts").Draw();
        return [.. Enumerable.Range(0, count).Select(_ =>
            (int[])[Special, .. Enumerable.Range(0, 3 + draws.Below(9)).Select(_ => draws.Below(250))])];
    }

    static double Fvu(double[][] actual, double[][] made)
    {
        double[] mean = Mean(actual);
        return actual.Zip(made, Squares).Sum() / actual.Sum(y => Squares(y, mean));
    }

    static double[] Mean(double[][] rows) => [.. Enumerable.Range(0, Width).Select(i => rows.Average(row => row[i]))];

    static double Squares(double[] a, double[] b) => a.Zip(b, (x, y) => (x - y) * (x - y)).Sum();

    static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    static double[] LogSoftmax(Run run, int position)
    {
        int width = run.Logits.Shape[^1];
        double[] row = [.. run.Logits.Data.Slice(position * width, width).ToArray().Select(value => (double)value)];
        double sum = Math.Log(row.Sum(value => Math.Exp(value - row.Max()))) + row.Max();
        return [.. row.Select(value => value - sum)];
    }

    static void Near(double expected, double found) =>
        Assert.True(Math.Abs(expected - found) <= 1e-9 * Math.Max(1, Math.Abs(expected)), $"{found} where {expected} is right");
}
