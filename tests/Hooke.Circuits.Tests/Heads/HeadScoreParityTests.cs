using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits.Tests.Heads;

/// <summary>The same scores of heads as TransformerLens gives on the same tokens.</summary>
public class HeadScoreParityTests
{
    static readonly (HeadKind Kind, string Name)[] Detected =
    [
        (HeadKind.Induction, "induction_head"), (HeadKind.Previous, "previous_token_head"), (HeadKind.Duplicate, "duplicate_token_head"),
    ];

    [Fact]
    public void Mean_attention_along_diagonals_is_upstreams()
    {
        using AttentionOnly made = new();
        HeadScores scores = HeadScores.OnRepeatedTokens(made.Model, made.Tokens);
        foreach ((HeadKind kind, string name) in new[]
            { (HeadKind.Induction, "induction"), (HeadKind.Previous, "previous_token"), (HeadKind.Duplicate, "duplicate_token"),
                (HeadKind.Current, "current_token") })
        {
            double difference = Made.Difference(
                new HeadCircuits(made.Model).Heads.Select(head => scores.Of(kind, head).Average()), made.Read($"score.diag.{name}"));
            Assert.True(difference <= 1e-5, $"{name} differs by {difference:g3}");
        }
    }

    [Fact]
    public void Detection_patterns_are_upstreams()
    {
        using AttentionOnly made = new();
        ReadOnlySpan<int> tokens = made.Tokens.Tokens.Prompt(0);
        foreach ((HeadKind kind, string name) in Detected)
        {
            Matrix pattern = DetectionPattern.Of(kind, tokens);
            Assert.Equal(made.Read($"detection_pattern.{name}"), Enumerable.Range(0, 33).SelectMany(q => pattern.Row(q).ToArray()));
        }
    }

    // Upstream's multiplication writes its zeros into the cached pattern that it is given, and these scores were made from
    // one cache, in this order: the second ones are of a pattern without first column, the later ones without diagonal too.
    [Fact]
    public void Head_detector_scores_are_upstreams()
    {
        using AttentionOnly made = new();
        int[] tokens = made.Tokens.Tokens.Prompt(0).ToArray();
        using Run run = made.Model.Run(new TokenBatch([tokens]), new Plan { Record = [Site.Pattern.At(0), Site.Pattern.At(1)] });
        (bool First, bool Current) gone = (false, false);
        foreach ((HeadKind kind, string name) in Detected.OrderByDescending(d => d.Kind == HeadKind.Previous))
            foreach (PatternMeasure measure in new[] { PatternMeasure.Multiply, PatternMeasure.Absolute })
                foreach ((bool first, bool current) in new[] { (false, false), (true, false), (true, true) })
                {
                    if (measure == PatternMeasure.Multiply)
                        gone = (gone.First || first, gone.Current || current);
                    double[] found = [.. new HeadCircuits(made.Model).Heads.Select(head => DetectionPattern.Score(
                        Without(gone, run[Site.Pattern.At(head.Layer)], head.Head), DetectionPattern.Of(kind, tokens), measure, first, current))];
                    string which = $"{name}.{(measure == PatternMeasure.Multiply ? "mul" : "abs")}"
                        + $".exclude_bos={first}.exclude_current={current}";
                    double most = found.Zip(made.Read($"detect_head.{which}"), (a, b) => Math.Abs(a - b)).Max();
                    // Upstream rounds the absolute measure to three decimals.
                    Assert.True(most <= (measure == PatternMeasure.Multiply ? 1e-6 : 5.01e-4), $"{which} is off by {most}");
                }
    }

    [Fact]
    public void Scores_on_prompts_are_the_detectors_on_each_prompts_pattern()
    {
        using AttentionOnly made = new();
        HeadScores scores = HeadScores.OnPrompts(made.Model, made.Tokens.Tokens, PatternMeasure.Multiply, excludeFirst: true);
        double[] found = [.. new HeadCircuits(made.Model).Heads.Select(head => scores.Of(HeadKind.Previous, head)[0])];
        double difference = Made.Difference(
            found, made.Read("detect_head.previous_token_head.mul.exclude_bos=True.exclude_current=False"));
        Assert.True(difference <= 1e-5, $"differs by {difference:g3}");
    }

    static Matrix Without((bool First, bool Current) gone, Tensor patterns, int head) => new(33, 33, (q, k) =>
        (gone.First && k == 0) || (gone.Current && k == q) ? 0 : patterns.Data[(((head * 33) + q) * 33) + k]);
}
