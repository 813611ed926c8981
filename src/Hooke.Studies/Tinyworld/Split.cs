namespace Hooke.Studies;

/// <summary>Which prompts: like those of the training text, or kept out of it.</summary>
public enum Split
{
    /// <summary>Entities and templates that training documents use.</summary>
    Training,

    /// <summary>Combinations, and templates where a behaviour has some, that no training document contains.</summary>
    HeldOut,
}
