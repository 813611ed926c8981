using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>How far a lens is from the model's own distribution on a text.</summary>
public static class LensDivergence
{
    /// <summary>KL(final ‖ lens) of what enters each layer, in nats, as the mean over all tokens of the prompts.</summary>
    /// <param name="model">The model.</param>
    /// <param name="prompts">The text.</param>
    /// <param name="lens">A tuned lens, or null for the logit lens.</param>
    /// <param name="promptsAtOnce">How many prompts are run together; no result depends on it beyond rounding.</param>
    public static double[] PerLayer(
        Model model, IReadOnlyList<IReadOnlyList<int>> prompts, TunedLens? lens = null, int promptsAtOnce = 16)
    {
        double[] sums = new double[model.Config.NLayers];
        long tokens = 0;
        foreach (IReadOnlyList<int>[] some in prompts.Chunk(promptsAtOnce))
        {
            using LensStream stream = new(model, new TokenBatch(some));
            tokens += stream.Count;
            for (int layer = 0; layer < sums.Length; layer++)
            {
                using Tensor raw = stream.Rows(layer);
                using Tensor read = lens?.Translate(layer, raw) ?? raw.Share();
                using Tensor logits = Readout.Logits(model, read);
                using Tensor mean = Ops.KullbackLeibler(stream.Final, logits);
                sums[layer] += (double)mean.Data[0] * stream.Count;
            }
        }
        return [.. sums.Select(sum => sum / tokens)];
    }
}

/// <summary>What enters every layer on a batch, and the final logits: one run serves all layers.</summary>
sealed class LensStream : IDisposable
{
    readonly Run _run;
    readonly int[] _tokens;

    public LensStream(Model model, TokenBatch tokens)
    {
        _tokens = Readout.Tokens(tokens);
        _run = model.Run(tokens, new Plan
        {
            Record = [.. Enumerable.Range(0, model.Config.NLayers).Select(layer => Site.ResidPre.At(layer))],
        });
        using Tensor flat = _run.Logits.Reshape(tokens.Count * tokens.Positions, _run.Logits.Shape[^1]);
        Final = Ops.Gather(flat, _tokens);
    }

    /// <summary>Number of tokens.</summary>
    public int Count => _tokens.Length;

    /// <summary>The model's own logits [n, d_vocab].</summary>
    public Tensor Final { get; }

    /// <summary>What enters a layer [n, d_model].</summary>
    public Tensor Rows(int layer) => Readout.Rows(_run[Site.ResidPre.At(layer)], _tokens);

    public void Dispose()
    {
        Final.Dispose();
        _run.Dispose();
    }
}
