namespace Hooke.Circuits;

/// <summary>A latent that is active at a position of a prompt.</summary>
/// <param name="Layer">The layer that it reads.</param>
/// <param name="Position">The position.</param>
/// <param name="Index">Which of the layer's latents.</param>
/// <param name="Activation">Its activation, which is its pre-activation too: what its row of a graph sums to.</param>
public readonly record struct ActiveLatent(int Layer, int Position, int Index, float Activation);
