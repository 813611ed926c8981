using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>
/// Reads latents' pre-activations and logits off runs, in double precision and as differences from the prompt's own.
/// </summary>
sealed class TargetReader(TranscoderSites sites, int positions) : IDisposable
{
    readonly Dictionary<(int Layer, int Latent), float[]> _encoders = [];
    readonly Dictionary<int, float[]> _unembeddings = [];
    Tensor? _scaleSource; // of the base run, for the frozen final norm

    /// <summary>What must be recorded for some targets.</summary>
    public IReadOnlyList<Address> Record(IEnumerable<TraceNode> targets) => [.. targets.Select(target =>
        target.Kind == TraceNodeKind.Latent ? sites.Read(target.Layer) : Site.ResidPost.At(sites.Layers - 1)).Distinct()];

    /// <summary>By how much each target is more than on the prompt's own run, [variant, target].</summary>
    /// <param name="targets">Latents, and logits after the last token, less the mean of all.</param>
    /// <param name="before">The prompt's own run.</param>
    /// <param name="after">The variants in one batch.</param>
    /// <param name="variants">How many.</param>
    /// <param name="isFrozen">Whether the final norm's scale is held, so that logits are read by hand.</param>
    public double[,] Changes(TraceNode[] targets, Run before, Run after, int variants, bool isFrozen)
    {
        double[,] changes = new double[variants, targets.Length];
        float[][] directions = [.. targets.Select(t => t.Kind == TraceNodeKind.Latent
            ? Encoder(t.Layer, t.Index)
            : isFrozen ? FinalDirection(t.Index, before) : [])];
        double[] means = isFrozen ? [] : [.. Enumerable.Range(0, variants).Select(v => MeanChange(before, after, v))];
        for (int t = 0; t < targets.Length; t++)
        {
            bool isLatent = targets[t].Kind == TraceNodeKind.Latent;
            Address at = isLatent ? sites.Read(targets[t].Layer) : Site.ResidPost.At(sites.Layers - 1);
            int position = isLatent ? targets[t].Position : positions - 1;
            for (int v = 0; v < variants; v++)
                changes[v, t] = isLatent || isFrozen
                    ? Change(directions[t], before[at], after[at], v, position)
                    : after.LastLogits(v)[targets[t].Index] - (double)before.LastLogits(0)[targets[t].Index] - means[v];
        }
        return changes;
    }

    public void Dispose() => _scaleSource?.Dispose();

    static double Change(float[] direction, Tensor before, Tensor after, int variant, int position)
    {
        int width = direction.Length;
        ReadOnlySpan<float> was = before.Data.Slice(position * width, width);
        ReadOnlySpan<float> now = after.Data.Slice(((variant * after.Shape[1]) + position) * width, width);
        double sum = 0;
        for (int i = 0; i < width; i++)
            sum += direction[i] * ((double)now[i] - was[i]);
        return sum;
    }

    static double MeanChange(Run before, Run after, int variant)
    {
        ReadOnlySpan<float> was = before.LastLogits(0), now = after.LastLogits(variant);
        double sum = 0;
        for (int i = 0; i < was.Length; i++)
            sum += (double)now[i] - was[i];
        return sum / was.Length;
    }

    // The encoder's direction in what is recorded: times the norm's gain, where the encoder reads past it.
    float[] Encoder(int layer, int latent)
    {
        if (_encoders.TryGetValue((layer, latent), out float[]? known))
            return known;
        float[] direction = Readers.Encoder(sites, layer, latent);
        if (sites.ReadsGain && sites.Model.Weights.Gain($"blocks.{layer}.ln2") is { } gain)
            System.Numerics.Tensors.TensorPrimitives.Multiply(direction, gain.Data, direction);
        return _encoders[(layer, latent)] = direction;
    }

    float[] FinalDirection(int token, Run before)
    {
        if (_unembeddings.TryGetValue(token, out float[]? known))
            return known;
        float[] direction = Readers.Unembedding(sites.Model, token);
        if (FrozenNorm.Of(sites.Model, "ln_final") is { } norm)
        {
            Tensor last = before[Site.ResidPost.At(sites.Layers - 1)];
            int width = direction.Length;
            using Tensor row = Tensor.From(last.Data.Slice((positions - 1) * width, width), 1, width);
            _scaleSource ??= Ops.NormScale(row, sites.Model.Config.NormEpsilon, sites.Model.Config.IsLayerNorm);
            using Tensor at = Tensor.From(direction, 1, width), pulled = norm.Pull(at, _scaleSource);
            direction = pulled.Data.ToArray();
        }
        return _unembeddings[token] = direction;
    }
}
