using System.Numerics.Tensors;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>
/// The loss of a dictionary at the model's output: the mean over tokens of KL(the model's next token ‖ the spliced model's),
/// in nats.
/// </summary>
/// <remarks>
/// Coders read the plain run, and all sites that a trainer writes are replaced together; tokens without a row keep the
/// model's own activations. Source of the idea: arXiv:2405.12241.
/// </remarks>
sealed class EndToEnd : IDisposable
{
    const string Reconstructed = "reconstructed";

    readonly Model _model;
    readonly ActivationReader _reader;
    readonly TokenBatch _tokens;
    readonly int[] _places; // of each row in [batch, pos]
    readonly Tensor[] _rows;
    readonly IReadOnlyList<float> _scales;

    /// <param name="model">The model.</param>
    /// <param name="reader">What is read of it.</param>
    /// <param name="sequences">Sequences of a batch.</param>
    /// <param name="scales">What the activations of each site are multiplied by.</param>
    public EndToEnd(
        Model model, ActivationReader reader, IReadOnlyList<IReadOnlyList<int>> sequences, IReadOnlyList<float> scales)
    {
        (_model, _reader, _tokens, _scales) = (model, reader, new TokenBatch(sequences), scales);
        _places = [.. reader.Kept(_tokens)];
        _rows = [.. reader.Widths.Select(width => Tensor.Zeros(_places.Length, width))];
        reader.Read(sequences, _rows, 0);
        for (int s = 0; s < _rows.Length; s++)
            TensorPrimitives.Multiply(_rows[s].Data, scales[s], _rows[s].Data);
    }

    /// <summary>The batch, scaled: for each site [rows, width].</summary>
    public IReadOnlyList<Tensor> Rows => _rows;

    /// <summary>The loss of what is written at some sites, and its gradients.</summary>
    /// <param name="sites">Which of the reader's sites.</param>
    /// <param name="written">[rows, width] for each, scaled.</param>
    /// <param name="weight">What the divergence is multiplied by.</param>
    public DownstreamLoss Loss(int[] sites, IReadOnlyList<Tensor> written, float weight)
    {
        Address[] at = [.. sites.Select(site => _reader.Sites[site].At)];
        using Run plain = _model.Run(_tokens, new Plan { Record = at });
        using Recording replaced = new(_tokens);
        for (int i = 0; i < at.Length; i++)
            replaced.Set(at[i], Replaced(plain[at[i]], written[i], _scales[sites[i]]));
        using GradientRun spliced = _model.Differentiate(
            _tokens, new Plan { Record = at, Interventions = [.. at.Select(site => new Patch(site, Reconstructed))] },
            new Dictionary<string, Recording> { [Reconstructed] = replaced });
        (double divergence, Tensor seed) = Divergence(plain.Logits, spliced.Run.Logits, weight);
        using (seed)
        using (Recording gradients = spliced.Gradients(seed))
            return new(weight * divergence, [.. at.Select((site, i) => Picked(gradients[site], written[i], _scales[sites[i]]))]);
    }

    public void Dispose()
    {
        foreach (Tensor rows in _rows)
            rows.Dispose();
    }

    Tensor Replaced(Tensor actual, Tensor written, float scale)
    {
        Tensor replaced = actual.Clone();
        int width = written.Shape[1];
        for (int r = 0; r < _places.Length; r++)
            TensorPrimitives.Divide(
                written.Data.Slice(r * width, width), scale, replaced.Data.Slice(_places[r] * width, width));
        return replaced;
    }

    Tensor Picked(Tensor gradient, Tensor written, float scale)
    {
        Tensor picked = Tensor.Zeros(written.Shape);
        int width = written.Shape[1];
        for (int r = 0; r < _places.Length; r++)
            TensorPrimitives.Divide(
                gradient.Data.Slice(_places[r] * width, width), scale, picked.Data.Slice(r * width, width));
        return picked;
    }

    // ∂ KL / ∂ logits = (q − p) / tokens; padding has none.
    (double Value, Tensor Seed) Divergence(Tensor reference, Tensor logits, float weight)
    {
        int width = logits.Shape[^1];
        int[] real = [.. Enumerable.Range(0, _tokens.Count * _tokens.Positions)
            .Where(place => place % _tokens.Positions < _tokens.Lengths[place / _tokens.Positions])];
        using Tensor copy = logits.Clone(), flat = copy.Reshape(_tokens.Count * _tokens.Positions, width);
        using Tensor plain = reference.Reshape(_tokens.Count * _tokens.Positions, width);
        using Tensor from = Ops.Gather(plain, real), to = Ops.Gather(flat, real);
        using Tensor divergence = Ops.KullbackLeibler(from, to), p = Ops.Softmax(from), q = Ops.Softmax(to);
        Tensor seed = Tensor.Zeros(logits.Shape);
        float factor = weight / real.Length;
        for (int r = 0; r < real.Length; r++)
        {
            Span<float> row = seed.Data.Slice(real[r] * width, width);
            TensorPrimitives.Subtract(q.Data.Slice(r * width, width), p.Data.Slice(r * width, width), row);
            TensorPrimitives.Multiply(row, factor, row);
        }
        return (divergence.Data[0], seed);
    }
}
