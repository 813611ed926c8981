using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>What of the prompt's own run is held while latents are changed.</summary>
/// <remarks>
/// By default attention patterns are held and everything else reacts: later latents are encoded anew, and a change of one
/// of them starts from what it then is. The rules are those of circuit-tracer's <c>feature_intervention</c>.
/// </remarks>
public sealed record LatentRules
{
    /// <summary>Attention patterns are held; MLPs, norms and later latents react.</summary>
    public static LatentRules Reacting { get; } = new();

    /// <summary>Nothing is held.</summary>
    public static LatentRules Unfrozen { get; } = new() { HoldsAttention = false };

    /// <summary>
    /// Layers, first to last, whose transcoders write what they wrote on the prompt but for the change itself; changes
    /// start from the prompt's activations, and are made in these layers only. Null for none.
    /// </summary>
    public (int First, int Last)? HeldLayers { get; init; }

    /// <summary>Whether attention patterns are held.</summary>
    public bool HoldsAttention { get; init; } = true;

    /// <summary>Whether the scales of norms are held.</summary>
    public bool HoldsNorms { get; init; }

    /// <summary>MLPs of some layers are held, and attention; where these are all layers, norms too: direct effects.</summary>
    /// <param name="first">The first layer.</param>
    /// <param name="last">The last layer, included.</param>
    /// <param name="layers">How many layers the model has.</param>
    /// <exception cref="InputException">These are not layers of the model.</exception>
    public static LatentRules Constrained(int first, int last, int layers) =>
        first < 0 || first > last || last >= layers
            ? throw new InputException($"layers {first}..{last} cannot be held: this model has layers 0..{layers - 1}")
            : new() { HeldLayers = (first, last), HoldsNorms = first == 0 && last == layers - 1 };

    /// <summary>All is held but the change itself, so that only direct effects are left, which are linear.</summary>
    /// <param name="layers">How many layers the model has.</param>
    public static LatentRules Direct(int layers) => Constrained(0, layers - 1, layers);

    /// <summary>Whether a layer's transcoder is held.</summary>
    public bool Holds(int layer) => HeldLayers is var (first, last) && layer >= first && layer <= last;
}
