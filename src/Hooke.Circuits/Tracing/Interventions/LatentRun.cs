using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>What became of a prompt after latents were changed.</summary>
public sealed class LatentRun : IDisposable
{
    readonly TranscoderSites _sites;
    readonly Run _run;

    internal LatentRun(TranscoderSites sites, Run run, Plan plan) => (_sites, _run, Plan) = (sites, run, plan);

    /// <summary>What was done, as data: what was frozen to the run named <c>original</c>, and what was added where.</summary>
    public Plan Plan { get; }

    /// <summary>[1, pos, d_vocab]</summary>
    public Tensor Logits => _run.Logits;

    /// <summary>The run, with what every transcoder reads.</summary>
    public Run Run => _run;

    /// <summary>A layer's latents [1, pos, n_latents] as the changed model has them, before anything is set to a value.</summary>
    public Tensor Activations(int layer)
    {
        using Tensor input = Input(layer);
        return _sites.Transcoders.Coders[layer].Encode(input);
    }

    /// <summary>What a layer's latents are made of, [1, pos, n_latents].</summary>
    public Tensor PreActivations(int layer)
    {
        using Tensor input = Input(layer);
        return _sites.Transcoders.Coders[layer].PreActivations(input);
    }

    /// <inheritdoc/>
    public void Dispose() => _run.Dispose();

    Tensor Input(int layer) => _sites.Input(layer, _run[_sites.Read(layer)]);
}
