namespace Hooke.Circuits;

/// <summary>What an estimate is of: how finely an activation is divided into places that are patched on their own.</summary>
public enum Grain
{
    /// <summary>Each position, all heads or neurons together.</summary>
    Position,

    /// <summary>Each head or neuron at all positions.</summary>
    Unit,

    /// <summary>Each head or neuron at each position: the first position's units, then the next's.</summary>
    PositionAndUnit,
}
