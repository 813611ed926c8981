using System.Text.Json.Serialization;

namespace Hooke.Models;

/// <summary>A change made to an activation while a run computes it: a plain value that can be stored and compared.</summary>
/// <param name="At">What is changed.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Replace), "replace")]
[JsonDerivedType(typeof(Patch), "patch")]
[JsonDerivedType(typeof(Add), "add")]
[JsonDerivedType(typeof(Scale), "scale")]
[JsonDerivedType(typeof(ZeroAblate), "zero_ablate")]
[JsonDerivedType(typeof(MeanAblate), "mean_ablate")]
[JsonDerivedType(typeof(ResampleAblate), "resample_ablate")]
[JsonDerivedType(typeof(Freeze), "freeze")]
[JsonDerivedType(typeof(Reroute), "reroute")]
public abstract record Intervention(Address At)
{
    /// <summary>
    /// The prompts of the batch that are changed, null for all. With it, variants of one run share a batch; a source
    /// run of fewer prompts is then read round and round.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PositionRange? Prompts { get; init; }
}

/// <summary>Writes one vector at every position, and into every head, that the address names.</summary>
/// <param name="At">What is changed.</param>
/// <param name="With">As many values as the activation's last axis has.</param>
public sealed record Replace(Address At, IReadOnlyList<float> With) : Intervention(At);

/// <summary>Writes what another run had at the same place.</summary>
/// <param name="At">What is changed.</param>
/// <param name="From">The other run's name.</param>
public sealed record Patch(Address At, string From) : Intervention(At);

/// <summary>Adds a direction, so many times: steering.</summary>
/// <param name="At">What is changed.</param>
/// <param name="Direction">As many values as the activation's last axis has.</param>
/// <param name="Strength">What the direction is multiplied by.</param>
public sealed record Add(Address At, IReadOnlyList<float> Direction, float Strength = 1) : Intervention(At);

/// <summary>Multiplies by a number.</summary>
/// <param name="At">What is changed.</param>
/// <param name="Factor">The number.</param>
public sealed record Scale(Address At, float Factor) : Intervention(At);

/// <summary>Writes zeros.</summary>
/// <param name="At">What is changed.</param>
public sealed record ZeroAblate(Address At) : Intervention(At);

/// <summary>Writes the mean that another run had over its prompts and positions, head by head.</summary>
/// <param name="At">What is changed.</param>
/// <param name="Of">The other run's name.</param>
public sealed record MeanAblate(Address At, string Of) : Intervention(At);

/// <summary>Writes into each prompt what another run had on another of its prompts: <see cref="Resampling"/>.</summary>
/// <param name="At">What is changed.</param>
/// <param name="From">The other run's name.</param>
/// <param name="Seed">Of the draw.</param>
public sealed record ResampleAblate(Address At, string From, ulong Seed) : Intervention(At);

/// <summary>Holds what a reference run had, whatever happened before it, such as a pattern or a norm's scale.</summary>
/// <param name="At">What is held.</param>
/// <param name="To">The reference run's name.</param>
public sealed record Freeze(Address At, string To) : Intervention(At);

/// <summary>
/// Lets one reader of the residual stream see, for some components, what they added on another run: the edges from these
/// components to this reader are cut. Path patching is this with one component.
/// </summary>
/// <param name="At">
/// The reader: <c>hook_q_input</c>, <c>hook_k_input</c> or <c>hook_v_input</c> at one head, <c>hook_mlp_in</c>, or the
/// last layer's <c>hook_resid_post</c> for the logits.
/// </param>
/// <param name="Sources">
/// The components: layer 0's <c>hook_resid_pre</c> for the embeddings, <c>attn.hook_result</c> at one head,
/// or <c>hook_mlp_out</c>.
/// </param>
/// <param name="From">The other run's name; it has recorded the components.</param>
public sealed record Reroute(Address At, IReadOnlyList<Address> Sources, string From) : Intervention(At);
