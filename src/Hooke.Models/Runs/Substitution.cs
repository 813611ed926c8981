using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>Writes at a site what is made of what the same run has computed before it: a dictionary, or another part.</summary>
/// <param name="At">What is written, whole.</param>
/// <param name="Reads">What is recorded for it; each comes before <paramref name="At"/> in the pass, or is it.</param>
/// <param name="Make">
/// Gives the activation to go on with, of the same shape: from the run's recording so far, and the activation that it
/// replaces, which stays the run's.
/// </param>
public sealed record Substitution(Address At, IReadOnlyList<Address> Reads, Func<Recording, Tensor, Tensor> Make)
{
    /// <summary>Whether what is read is there when the site is written.</summary>
    internal bool IsInOrder => Reads.All(read => (Place(read), read.Site.Index).CompareTo((Place(At), At.Site.Index)) <= 0);

    // Embeddings come before every layer, the last norm and the logits after all of them.
    static int Place(Address at) => at.Layer ?? (at.Site == Site.Embed || at.Site == Site.PosEmbed ? -1 : int.MaxValue);
}
