using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>
/// The residual stream of a prompt with attention patterns and norm scales held and the transcoders' latents taken as given:
/// a linear map. What is pushed in goes forward, directions are pulled back.
/// </summary>
/// <remarks>
/// Stage 2l is the stream entering layer l, stage 2l + 1 that after its attention, the last one enters the final norm. A
/// stream is [1, pos, d_model] at every stage.
/// </remarks>
sealed class FrozenStream : IDisposable
{
    readonly TranscoderSites _sites;
    readonly FrozenAttention[] _attention;

    public FrozenStream(TranscoderSites sites, IReadOnlyList<int> tokens, IEnumerable<Address>? record = null)
    {
        _sites = sites;
        Site[] perLayer = [Site.ResidPre, Site.Pattern, Site.Ln1Scale, Site.Ln1PostScale, Site.Ln2Scale, Site.Ln2PostScale];
        IEnumerable<Address> all = Enumerable.Range(0, sites.Layers).SelectMany(l =>
            perLayer.Select(site => site.At(l)).Append(sites.Read(l)).Append(sites.Write(l)));
        Address[] kept = [.. all.Append(Site.LnFinalScale.At()).Append(Site.ResidPost.At(sites.Layers - 1))
            .Where(at => sites.Model.Config.Has(at.Site)).Concat(record ?? []).Distinct()];
        Run = sites.Model.Run(new TokenBatch([tokens]), new Plan { Record = kept });
        _attention = [.. Enumerable.Range(0, sites.Layers).Select(l => new FrozenAttention(sites.Model, l, Run))];
    }

    /// <summary>The prompt's own run.</summary>
    public Run Run { get; }

    /// <summary>Length of the prompt.</summary>
    public int Positions => Run.Tokens.Positions;

    /// <summary>The stage that enters the final norm.</summary>
    public int LastStage => 2 * _sites.Layers;

    /// <summary>The stage that a layer's encoder reads: after its attention or before.</summary>
    public int ReadStage(int layer) => _sites.ReadsBeforeAttention ? 2 * layer : (2 * layer) + 1;

    /// <summary>A layer's attention.</summary>
    public FrozenAttention Attention(int layer) => _attention[layer];

    /// <summary>The streams that pushes make, stage by stage.</summary>
    /// <param name="pushes">What is added where.</param>
    /// <param name="moves">Whether attention carries it on; else it stays at its position.</param>
    public Tensor[] Push(IReadOnlyList<Push> pushes, bool moves)
    {
        Tensor[] entering = Entering();
        foreach (Push push in pushes)
        {
            (int stage, float[] vector) = Entered(push);
            AddTo(entering[stage].Data.Slice(push.Position * vector.Length, vector.Length), vector);
        }
        return Forward(entering, moves, constants: false);
    }

    /// <summary>The streams that biases and position embeddings make, with no token, latent or error.</summary>
    public Tensor[] Constants()
    {
        Tensor[] entering = Entering();
        int width = _sites.Model.Config.DModel;
        if (_sites.Model.Config.Positions == PositionKind.Learned)
            _sites.Model.Weights["pos_embed.W_pos"].Data[..(Positions * width)].CopyTo(entering[0].Data);
        for (int layer = 0; layer < _sites.Layers; layer++)
            if (DecoderBias(layer) is { } bias)
                for (int p = 0; p < Positions; p++)
                {
                    (int stage, float[] vector) = Entered(new(_sites.Write(layer), p, bias));
                    AddTo(entering[stage].Data.Slice(p * width, width), vector);
                }
        return Forward(entering, moves: true, constants: true);
    }

    /// <summary>Gradients of a direction at a stage and position with respect to the streams, stage by stage up to it.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="position">The position.</param>
    /// <param name="direction">[d_model]</param>
    /// <param name="moves">Whether they go back through attention; else they stay at the position.</param>
    public Tensor[] Pull(int stage, int position, ReadOnlySpan<float> direction, bool moves)
    {
        Tensor[] gradients = new Tensor[stage + 1];
        gradients[stage] = Zeros();
        direction.CopyTo(gradients[stage].Data[(position * direction.Length)..]);
        for (int s = stage - 1; s >= 0; s--)
        {
            gradients[s] = gradients[s + 1].Clone();
            int layer = s / 2;
            if (s % 2 == 0 && moves)
                AddInto(gradients[s], _attention[layer].Back(gradients[s + 1]));
            if (s == ReadStage(layer) && 2 * layer + 2 <= stage && _sites.Skip(layer) is { } skip)
                AddInto(gradients[s], SkipBack(layer, skip, gradients[(2 * layer) + 2]));
        }
        return gradients;
    }

    /// <summary>Where a push enters the stream, and as what: past the norm after the MLP, where it stands before it.</summary>
    public (int Stage, float[] Vector) Entered(Push push)
    {
        (Site site, int layer) = (push.At.Site, push.At.Layer!.Value);
        if (site == Site.ResidPre)
            return (2 * layer, push.Vector);
        if (site == Site.MlpOut)
            return ((2 * layer) + 2, push.Vector);
        if (site == Site.MlpModuleOut && FrozenNorm.AfterMlp(_sites.Model, layer) is { } norm)
        {
            using Tensor x = Tensor.From(push.Vector, 1, push.Vector.Length);
            using Tensor scale = Tensor.From([Run[Site.Ln2PostScale.At(layer)].Data[push.Position]], 1, 1);
            using Tensor y = norm.Apply(x, scale);
            return ((2 * layer) + 2, y.Data.ToArray());
        }
        throw new InputException($"a transcoder that writes {push.At} is not one of an MLP's output");
    }

    /// <summary>Gradients with respect to what is written in a layer, from those with respect to the streams.</summary>
    public Tensor AtWrite(int layer, Tensor[] gradients)
    {
        Tensor stream = gradients[(2 * layer) + 2];
        return _sites.WritesBeforeNorm && FrozenNorm.AfterMlp(_sites.Model, layer) is { } norm
            ? norm.Pull(stream, Run[Site.Ln2PostScale.At(layer)])
            : stream.Share();
    }

    /// <summary>The stage that a layer's encoder reads, and a direction of what it reads as one of that stage's stream.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="position">The position, whose norm scale counts.</param>
    /// <param name="direction">[d_model], of the encoder's input</param>
    public (int Stage, float[] Direction) Reading(int layer, int position, ReadOnlySpan<float> direction)
    {
        using Tensor at = Tensor.From(direction, 1, direction.Length);
        if (_sites.ReadsNorm && FrozenNorm.Of(_sites.Model, $"blocks.{layer}.ln2") is { } norm)
        {
            using Tensor scale = Tensor.From([Run[Site.Ln2Scale.At(layer)].Data[position]], 1, 1);
            using Tensor pulled = _sites.ReadsGain ? norm.Pull(at, scale) : norm.Normalize(at, scale);
            return (ReadStage(layer), pulled.Data.ToArray());
        }
        return (ReadStage(layer), direction.ToArray());
    }

    /// <summary>Gives streams back.</summary>
    public static void Dispose(IEnumerable<Tensor> streams)
    {
        foreach (Tensor stream in streams)
            stream.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Run.Dispose();
        foreach (FrozenAttention attention in _attention)
            attention.Dispose();
    }

    // Takes what enters at each stage and gives what is there, in the same tensors.
    Tensor[] Forward(Tensor[] streams, bool moves, bool constants)
    {
        for (int s = 0; s < LastStage; s++)
        {
            int layer = s / 2;
            AddInto(streams[s + 1], streams[s].Share());
            if (s % 2 == 0 && moves)
                AddInto(streams[s + 1], _attention[layer].Out(streams[s], constants));
            if (s == ReadStage(layer) && _sites.Skip(layer) is { } skip)
                AddInto(streams[(2 * layer) + 2], SkipOut(layer, skip, streams[s], constants));
        }
        return streams;
    }

    // x · W_skip, as it enters the stream.
    Tensor SkipOut(int layer, Tensor skip, Tensor stream, bool constants)
    {
        using Tensor read = ReadOut(layer, stream, constants);
        Tensor written = Ops.MatMul(read, skip);
        if (!_sites.WritesBeforeNorm)
            return written;
        using Tensor before = written;
        return FrozenNorm.AfterMlp(_sites.Model, layer)!.Apply(before, Run[Site.Ln2PostScale.At(layer)]);
    }

    Tensor SkipBack(int layer, Tensor skip, Tensor gradient)
    {
        FrozenNorm? after = _sites.WritesBeforeNorm ? FrozenNorm.AfterMlp(_sites.Model, layer) : null;
        using Tensor written = after?.Pull(gradient, Run[Site.Ln2PostScale.At(layer)]) ?? gradient.Share();
        Tensor read = Ops.MatMul(written, skip, transposed: true);
        if (!_sites.ReadsNorm)
            return read;
        using Tensor given = read;
        FrozenNorm norm = FrozenNorm.Of(_sites.Model, $"blocks.{layer}.ln2")!;
        Tensor scale = Run[Site.Ln2Scale.At(layer)];
        return _sites.ReadsGain ? norm.Pull(given, scale) : norm.Normalize(given, scale);
    }

    Tensor ReadOut(int layer, Tensor stream, bool constants)
    {
        if (!_sites.ReadsNorm)
            return stream.Share();
        FrozenNorm norm = FrozenNorm.Of(_sites.Model, $"blocks.{layer}.ln2")!;
        Tensor scale = Run[Site.Ln2Scale.At(layer)];
        return !_sites.ReadsGain ? norm.Normalize(stream, scale)
            : constants ? norm.ApplyWhole(stream, scale) : norm.Apply(stream, scale);
    }

    // What every write of a layer adds whatever the latents are.
    float[]? DecoderBias(int layer)
    {
        float[] sum = new float[_sites.Model.Config.DModel];
        for (int reader = 0; reader <= layer; reader++)
            foreach (int output in _sites.OutputsTo(reader, layer))
                if (_sites.Transcoders.Coders[reader].Weights.Decoders[output].Bias is { } bias)
                    AddTo(sum, bias.Data);
        return sum.Any(x => x != 0) ? sum : null;
    }

    Tensor[] Entering() => [.. Enumerable.Range(0, LastStage + 1).Select(_ => Zeros())];

    Tensor Zeros() => Tensor.Zeros(1, Positions, _sites.Model.Config.DModel);

    static void AddInto(Tensor sum, Tensor part)
    {
        using (part)
            AddTo(sum.Data, part.Data);
    }

    static void AddTo(Span<float> sum, ReadOnlySpan<float> part) =>
        System.Numerics.Tensors.TensorPrimitives.Add(sum, part, sum);
}
