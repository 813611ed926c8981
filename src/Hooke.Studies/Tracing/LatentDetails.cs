namespace Hooke.Studies;

/// <summary>What a page says of a latent beside its links.</summary>
/// <param name="Examples">Passages where it is most active, the most active first.</param>
/// <param name="Promotes">Tokens whose logits it raises most, and by how much per unit of activation, in nats.</param>
/// <param name="Suppresses">Tokens whose logits it lowers most.</param>
public sealed record LatentDetails(
    IReadOnlyList<LatentExample> Examples, IReadOnlyList<TokenEffect> Promotes, IReadOnlyList<TokenEffect> Suppresses);

/// <summary>A passage, and how active a latent is at each of its tokens.</summary>
public sealed record LatentExample(IReadOnlyList<string> Tokens, IReadOnlyList<float> Activations);

/// <summary>A token, and what a latent adds to its logit.</summary>
public readonly record struct TokenEffect(string Token, float Effect);
