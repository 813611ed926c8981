using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits.Tests;

/// <summary>AtP*: what the softmax and cancelling effects hide from the gradient.</summary>
public sealed class CorrectedAttributionTests
{
    const float Written = 0.1f; // how far the head moves the stream, beside an embedding of length 1

    static readonly int[] Layers = [0, 1];

    [Fact]
    public void A_saturated_head_is_missed_by_the_gradient_and_found_by_moving_its_queries()
    {
        using Model model = Saturated();
        // Tokens: 0 and 1 are keys, 2 and 3 the queries that look for them.
        PromptSet prompts = new(new([[0, 1, 2]]), new([[0, 1, 3]]), [([0], [1])]);
        using Run clean = model.Run(prompts.Clean, new Plan { Record = [Site.Q.At(0)], LastLogitsOnly = true });
        using Run other = model.Run(prompts.Counterfactual, new Plan { LastLogitsOnly = true });
        using Run patched = model.Run(prompts.Counterfactual,
            new Plan { Interventions = [new Patch(Site.Q.At(0), "clean")], LastLogitsOnly = true },
            new Dictionary<string, Recording> { ["clean"] = clean.Recording });
        Assert.Equal(prompts.Metric(clean)[0], prompts.Metric(patched)[0], 1e-4);
        Assert.NotEqual(prompts.Metric(clean)[0], prompts.Metric(other)[0], 0.1);

        using AttributionPatching found = new(model, prompts, Site.Q);
        Assert.Equal(0, found.Estimates(Site.Q, Grain.Unit)[0][0], 1e-6);
        // Moving the pattern from one key to the other adds 2 w u to e − w u; its slope through the norm is that of the
        // whole step times 1 / (1 + w²).
        Assert.Equal(1 / (1 + (Written * Written)), found.Corrected(Site.Q, Grain.Unit)[0][0], 1e-4);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_moved_query_or_key_changes_the_pattern_as_running_it_does(int keyHeads)
    {
        using Model model = Made.TinyLlama(keyHeads, layers: 1); // one layer: no pass leaves anything out
        PromptSet prompts = Made.Prompts(model, [5, 3], seed: 8);
        using AttributionPatching found = new(model, prompts, Site.Q, Site.K);
        Plan record = new() { Record = [Site.Q.At(0), Site.K.At(0), Site.Pattern.At(0)], LastLogitsOnly = true };
        using Run clean = model.Run(prompts.Clean, record);
        (Run other, Recording gradients) = model.RunWithGradients(prompts.Counterfactual, record, prompts.MetricGradient);
        double unit = Math.Abs(prompts.Metric(clean).Sum() - prompts.Metric(other).Sum());
        Dictionary<string, Recording> sources = new() { ["clean"] = clean.Recording };
        foreach ((Site site, int heads) in new[] { (Site.Q, 2), (Site.K, keyHeads) })
        {
            double[] sizes = found.Corrected(site, Grain.PositionAndUnit)[0];
            Assert.Equal(5 * heads, sizes.Length);
            for (int place = 0; place < sizes.Length; place++)
            {
                Address at = site.At(0).AtHead(place % heads).AtPosition(place / heads);
                using Run moved = model.Run(prompts.Counterfactual,
                    new Plan { Record = record.Record, Interventions = [new Patch(at, "clean")], LastLogitsOnly = true }, sources);
                double expected = Sizes(moved[Site.Pattern.At(0)], other[Site.Pattern.At(0)], gradients[Site.Pattern.At(0)]);
                Assert.Equal(expected / unit, sizes[place], 1e-5);
            }
        }
        other.Dispose();
        gradients.Dispose();
    }

    [Fact]
    public void Sizes_are_means_over_gradients_that_each_leave_out_what_one_layer_adds()
    {
        using Model model = Made.Tiny();
        PromptSet prompts = Made.Prompts(model, [5, 3, 8], seed: 4);
        (Site Site, bool IsInLayer)[] sites = [(Site.ResidPre, false), (Site.AttnOut, true), (Site.MlpOut, true)];
        using AttributionPatching found = new(model, prompts, [.. sites.Select(s => s.Site)]);
        Address[] record = [.. from layer in Layers from site in sites select site.Site.At(layer)];
        using Run clean = model.Run(prompts.Clean, new Plan { Record = record, LastLogitsOnly = true });
        using Run other = model.Run(prompts.Counterfactual, new Plan { Record = record, LastLogitsOnly = true });
        double unit = Math.Abs(prompts.Metric(clean).Sum() - prompts.Metric(other).Sum());
        Recording[] gradients = [.. Layers.Select(left => Held(model, prompts, record, left, other))];
        foreach ((Site site, bool isInLayer) in sites)
            foreach (int layer in Layers)
                for (int position = 0; position < 8; position++)
                {
                    double[] passes = [.. Layers.Where(left => !isInLayer || left != layer).Select(left =>
                        Sizes(At(clean), At(other), gradients[left][site.At(layer)], position) / unit)];
                    Assert.Equal(passes.Average(), found.Corrected(site, Grain.Position)[layer][position], 1e-5);
                    Tensor At(Run run) => run[site.At(layer)];
                }
        Array.ForEach(gradients, g => g.Dispose());
    }

    // Gradients of a run in which what one layer adds is written from a recording, so that nothing flows through it.
    static Recording Held(Model model, PromptSet prompts, Address[] record, int layer, Run other)
    {
        (Run run, Recording gradients) = model.RunWithGradients(prompts.Counterfactual,
            new Plan
            {
                Record = record,
                Interventions = [new Freeze(Site.AttnOut.At(layer), "other"), new Freeze(Site.MlpOut.At(layer), "other")],
                LastLogitsOnly = true,
            }, prompts.MetricGradient, new Dictionary<string, Recording> { ["other"] = other.Recording });
        run.Dispose();
        return gradients;
    }

    // Σ over prompts of |⟨to − from, gradient⟩|, at one position or all of them.
    static double Sizes(Tensor to, Tensor from, Tensor gradient, int? position = null)
    {
        int size = gradient.Shape.Count / gradient.Shape[0], width = gradient.Shape[^1];
        double sizes = 0;
        for (int prompt = 0; prompt < gradient.Shape[0]; prompt++)
        {
            double sum = 0;
            for (int i = 0; i < size; i++)
                if (position is null || i / width == position)
                    sum += ((double)to.Data[(prompt * size) + i] - from.Data[(prompt * size) + i]) * gradient.Data[(prompt * size) + i];
            sizes += Math.Abs(sum);
        }
        return sizes;
    }

    // One head of one layer: each query looks for its key alone, and the head writes ±w u, which the first two logits read.
    static Model Saturated()
    {
        TransformerConfig config = new()
        {
            Family = "gpt2",
            NLayers = 1,
            DModel = 10,
            NHeads = 1,
            NKeyValueHeads = 1,
            DHead = 2,
            DMlp = 1,
            DVocab = 4,
            NCtx = 3,
            Activation = Activation.GeluTanh,
            IsLayerNorm = true,
            NormEpsilon = 1e-12f,
            Positions = PositionKind.Learned,
        };
        float length = MathF.Sqrt(0.5f), norm = MathF.Sqrt(10); // directions of mean 0: (1, −1)/√2 in two neighbours
        return new(config, new TransformerWeights(config, (name, shape) =>
        {
            Tensor weight = Tensor.Zeros(shape);
            void Direction(int index, int row, float size) // along a row
            {
                weight.Data[(row * shape[1]) + (2 * index)] = size * length;
                weight.Data[(row * shape[1]) + (2 * index) + 1] = -size * length;
            }
            void Reads(int index, int column, float size) // along a column
            {
                weight.Data[(2 * index * shape[1]) + column] = size * length;
                weight.Data[(((2 * index) + 1) * shape[1]) + column] = -size * length;
            }
            switch (name)
            {
                case "embed.W_E":
                    for (int token = 0; token < 4; token++)
                        Direction(token, token, 1);
                    break;
                case "blocks.0.attn.W_Q": Reads(2, 0, 40 * MathF.Sqrt(2) / 10); Reads(3, 1, 40 * MathF.Sqrt(2) / 10); break;
                case "blocks.0.attn.W_K": Reads(0, 0, 1); Reads(1, 1, 1); break;
                case "blocks.0.attn.W_V": Reads(0, 0, 1 / norm); Reads(1, 0, -1 / norm); break;
                case "blocks.0.attn.W_O": Direction(4, 0, Written); break;
                case "unembed.W_U": Direction(4, 0, 1); Direction(4, 1, -1); break;
                default: weight.Data.Fill(name.EndsWith(".w", StringComparison.Ordinal) ? 1 : 0); break;
            }
            return weight;
        }));
    }
}
