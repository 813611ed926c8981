using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Dictionaries.Tests;

/// <summary>The loss at the model's output, against finite differences and against what it must be where nothing is lost.</summary>
public sealed class EndToEndTests : IDisposable
{
    static readonly int[][] Sequences = [[0, 4, 7, 30, 2], [0, 9, 3], [0, 11, 5, 6]];

    readonly Trained _trained = new();

    public void Dispose() => _trained.Dispose();

    [Fact]
    public void A_perfect_reconstruction_has_no_divergence_and_no_gradient()
    {
        using EndToEnd batch = Batch(out _);
        DownstreamLoss loss = batch.Loss([0], [batch.Rows[0]], 1);
        Assert.Equal(0, loss.Value, 6);
        Assert.All(loss.Gradients[0].Data.ToArray(), gradient => Assert.Equal(0, gradient, 5));
    }

    [Fact]
    public void Gradients_are_those_of_finite_differences()
    {
        using EndToEnd batch = Batch(out int[] sites);
        Rng rng = new Rng(4).Fork("directions");
        Tensor[] written = [.. batch.Rows.Select((rows, s) => Moved(rows, rng.Fork(s), 0.3f))];
        DownstreamLoss loss = batch.Loss(sites, written, 2);
        Assert.True(loss.Value > 0.01);
        for (int s = 0; s < sites.Length; s++)
        {
            const float Step = 1 / 64f;
            Tensor[] above = [.. written], below = [.. written];
            Rng direction = rng.Fork("direction").Fork(s);
            (above[s], below[s]) = (Moved(written[s], direction, Step), Moved(written[s], direction, -Step));
            double slope = (batch.Loss(sites, above, 2).Value - batch.Loss(sites, below, 2).Value) / (2 * Step), expected = 0;
            for (int i = 0; i < written[s].Shape.Count; i++)
                expected += (double)loss.Gradients[s].Data[i] * direction.Normal((ulong)i);
            Assert.InRange(slope, expected - (0.01 * Math.Abs(expected)) - 1e-4, expected + (0.01 * Math.Abs(expected)) + 1e-4);
        }
    }

    [Fact]
    public void Training_end_to_end_brings_the_model_s_next_tokens_nearer()
    {
        TrainingManifest Manifest(float weight) => _trained.Manifest with
        {
            Dictionaries =
            [
                Trained.Plan("a", DictionaryForm.Autoencoder, ["blocks.0.hook_resid_post"]) with
                {
                    EndToEnd = weight,
                    Recipe = new TrainingRecipe { Kind = CoderKind.TopK, NLatents = 64, K = 4, Steps = 60, Optimizer = new(LearningRate: 3e-3f) },
                },
            ],
        };
        List<double> losses = [];
        using (TrainingRun run = _trained.Run("end-to-end", Manifest(100)))
            run.Run(figures => losses.Add(figures[0].Downstream));
        Assert.True(losses.TakeLast(10).Average() < 0.7 * losses.Take(3).Average(), $"{losses[0]} … {losses[^1]}");
    }

    // Two sites, each with a scale of its own.
    EndToEnd Batch(out int[] sites)
    {
        ActivationReader reader = new([_trained.Model],
            [new(0, Address.Parse("blocks.0.hook_mlp_out")), new(0, Address.Parse("blocks.1.attn.hook_z"))], [0]);
        sites = [0, 1];
        return new EndToEnd(_trained.Model, reader, Sequences, [0.5f, 4]);
    }

    static Tensor Moved(Tensor rows, Rng direction, float step)
    {
        Tensor moved = rows.Clone();
        for (int i = 0; i < moved.Shape.Count; i++)
            moved.Data[i] += step * direction.Normal((ulong)i);
        return moved;
    }
}
